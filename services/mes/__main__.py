"""The process of mes."""

from functools import partial

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.copies.measures import learn_measures
from services.kit.rounds import Rounds
from services.kit.service import Service, run
from services.mes import consumers, rpc, wire
from services.mes.graph import SCHEMA
from services.mes.settings import MesSettings
from services.mes.store import open_books
from services.mes.store.expiry import Expiry
from services.mes.store.open_counts import OpenCounts

TOPIC = Topic("plantmesh.mes")
SUBSCRIBERS = ("process", "wms holds", "erp holds", "quality orders")
_LOOK_SECONDS = 10.0


async def compose(service: Service, settings: MesSettings) -> None:
    """Relay, the copy of the item master, what others tell of lots and machines, then the ports."""
    mes = Assembly("mes", service, settings, TOPIC, subscribers=SUBSCRIBERS)
    copies = consumers.copies(mes.store, mes.peer(settings.reference_address))
    mes.copy(copies, consumers.REFERENCE)
    learn = partial(learn_measures, copies, wire.ITEMS)
    books = open_books(SystemClock())
    mes.consume(consumers.counts(books), [consumers.TELEMETRY], name=consumers.COUNTS)
    mes.consume(consumers.stock(books), [consumers.WMS], name=consumers.STOCK)
    mes.consume(consumers.verdicts(books), [consumers.QUALITY], name=consumers.VERDICTS)
    open_counts = OpenCounts(mes.store)
    service.add("uncounted", Rounds(open_counts.look, seconds=_LOOK_SECONDS), reports=True)
    service.add("expiry", Expiry(mes.store, books).elected(settings.instance), reports=True)
    mes.serve(rpc.registrations(mes.store, TOPIC, learn), SCHEMA, books=books)


if __name__ == "__main__":
    run("mes", MesSettings(), compose)
