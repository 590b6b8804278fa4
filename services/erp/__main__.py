"""The ERP service: orders are read from every ERP, postings carried to it in order."""

from plantmesh.erp.v1.postings_pb2 import Posting

from services.erp import rpc
from services.erp.adapters.lane import announce, lanes_over
from services.erp.adapters.poller import Poller, elected
from services.erp.adapters.registry import connections, kept_in
from services.erp.application.poll_orders import poll_orders
from services.erp.ports import ErpSystem
from services.erp.settings import ErpSettings
from services.erp.store import sql_books
from services.erp.store.inbox import Inboxes, SqlMarks
from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.desk.payload import MessageJson
from services.kit.lanes.systems import System
from services.kit.service import Service, run

TOPIC = Topic("plantmesh.erp")


async def compose(service: Service, settings: ErpSettings) -> None:
    """Relay, lanes, the poller, the port."""
    erp = Assembly("erp", service, settings, TOPIC, subscribers=settings.subscribers)
    store, books = erp.store, sql_books()
    secrets = kept_in({name: kept.get_secret_value() for name, kept in settings.secrets.items()})
    connect = connections(settings.adapters, secrets)
    inboxes, marks = Inboxes(store), SqlMarks(store)

    async def poll(system: System, outside: ErpSystem) -> None:
        await poll_orders(system.id, outside, inboxes.of(system.id), marks, books)

    lanes = lanes_over(connect, store, books.codes)
    erp.carry(lanes, announce(), MessageJson(Posting))
    poller = Poller(store, connect, poll)
    service.add(
        "poller", elected(poller, store, settings.instance, settings.poll_seconds), reports=True
    )
    erp.serve(rpc.registrations(store, books, TOPIC))


if __name__ == "__main__":
    run("erp", ErpSettings(), compose)
