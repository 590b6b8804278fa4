"""The ERP service: orders are read from every ERP, postings carried to it in order."""

from functools import partial

from plantmesh.erp.v1.postings_pb2 import Posting
from plantmesh.reference.v1.codes_pb2_grpc import CodeServiceStub

from services.erp import consumers, rpc, wire
from services.erp.adapters.lane import Words, announce, lanes_over
from services.erp.adapters.poller import Poller, elected
from services.erp.adapters.readers import SystemReadings
from services.erp.adapters.reading import reader
from services.erp.adapters.registry import connections, kept_in
from services.erp.adapters.steward import Steward
from services.erp.application.poll_orders import Desk, poll_orders
from services.erp.graph import SCHEMA
from services.erp.settings import ErpSettings
from services.erp.store import sql_books
from services.erp.store.gauges import gauges
from services.erp.store.inbox import Inboxes, SqlMarks
from services.erp.store.rounding import SqlRounding
from services.erp.store.sources import SqlSources
from services.erp.store.waiting import SqlWaitings
from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.desk.payload import MessageJson
from services.kit.service import Service, run

TOPIC = Topic("plantmesh.erp")


async def compose(service: Service, settings: ErpSettings) -> None:
    """Relay, the copies of reference, holds, lanes, the poller, the port."""
    erp = Assembly("erp", service, settings, TOPIC, subscribers=settings.subscribers)
    store, books = erp.store, sql_books()
    reference = erp.peer(settings.reference_address)
    copies = consumers.copies(store, reference)
    consumers.follow(erp, service, copies, settings.poll_seconds)
    erp.consume(consumers.holds(books), [consumers.MES], name=consumers.HOLDS)
    codes = CodeServiceStub(reference.channel)
    steward = Steward(store, books.codes, SqlWaitings(), codes.ReportWaiting)
    secrets = kept_in({name: kept.get_secret_value() for name, kept in settings.secrets.items()})
    connect = connections(settings.adapters, secrets)
    sources = SqlSources(store, settings.silence_seconds)
    desk = Desk(Inboxes(store).of, SqlMarks(store), books, sources)
    lanes = lanes_over(connect, store, Words(books.codes, SqlRounding()))
    erp.carry(lanes, announce(), MessageJson(Posting))
    poller = Poller(store, connect, lambda system, erp: poll_orders(system.id, erp, desk))
    for name, part in (("poller", poller), ("steward", steward)):
        led = elected(part, store, f"erp.{name}", settings.instance, settings.poll_seconds)
        service.add(name, led, reports=True)
    for name, rounds in gauges(store).items():
        service.add(name, rounds, reports=True)
    readings = SystemReadings(store, settings.adapters, secrets, books.plants)
    means = rpc.Means(partial(copies.learn, wire.PLANTS), reader(connect), sources, readings)
    erp.serve(rpc.registrations(store, books, TOPIC, means), SCHEMA, books=books)


if __name__ == "__main__":
    run("erp", ErpSettings(), compose)
