"""The ERP service: orders are read from every ERP, postings carried to it in order."""

from functools import partial

from plantmesh.erp.v1.postings_pb2 import Posting
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.erp import consumers, rpc, wire
from services.erp.adapters.lane import Words, announce, lanes_over
from services.erp.adapters.poller import Poller, elected
from services.erp.adapters.registry import connections, kept_in
from services.erp.adapters.steward import QueuedSteward
from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.graph import SCHEMA
from services.erp.ports import ErpSystem
from services.erp.settings import ErpSettings
from services.erp.store import sql_books
from services.erp.store.inbox import Inboxes, SqlMarks
from services.erp.store.rounding import SqlRounding
from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.desk.payload import MessageJson
from services.kit.lanes.systems import System
from services.kit.rounds import Rounds
from services.kit.service import Service, run

TOPIC = Topic("plantmesh.erp")


async def compose(service: Service, settings: ErpSettings) -> None:
    """Relay, the copies of reference, lanes, the poller, the port."""
    erp = Assembly("erp", service, settings, TOPIC, subscribers=settings.subscribers)
    store, books = erp.store, sql_books()
    reference = erp.peer(settings.reference_address)
    copies = consumers.copies(store, reference)
    erp.copy(copies, consumers.REFERENCE)
    steward = QueuedSteward(store, ReferenceServiceStub(reference.channel).ResolveCodes)
    service.add("steward", Rounds(steward.report, seconds=settings.poll_seconds))
    secrets = kept_in({name: kept.get_secret_value() for name, kept in settings.secrets.items()})
    connect = connections(settings.adapters, secrets)
    inboxes, marks = Inboxes(store), SqlMarks(store)

    async def poll(system: System, outside: ErpSystem) -> None:
        await poll_orders(system.id, outside, Desk(inboxes.of(system.id), marks, books, steward))

    lanes = lanes_over(connect, store, Words(books.codes, steward, SqlRounding()))
    erp.carry(lanes, announce(), MessageJson(Posting))
    poller = Poller(store, connect, poll)
    service.add(
        "poller", elected(poller, store, settings.instance, settings.poll_seconds), reports=True
    )
    calls = rpc.registrations(store, books, TOPIC, partial(copies.learn, wire.PLANTS))
    erp.serve(calls, SCHEMA, books=books)


if __name__ == "__main__":
    run("erp", ErpSettings(), compose)
