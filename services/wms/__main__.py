"""The process of wms."""

from functools import partial

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.copies.measures import learn_measures
from services.kit.service import Service, run
from services.wms import consumers, wire
from services.wms.graph import SCHEMA
from services.wms.rpc import Desk, registrations
from services.wms.settings import WmsSettings
from services.wms.store import open_books

TOPIC = Topic("plantmesh.wms")
SUBSCRIBERS = ("erp money", "mes stock")


async def compose(service: Service, settings: WmsSettings) -> None:
    """Relay, the copy of the item master, holds that pass on in mes, then the ports."""
    wms = Assembly("wms", service, settings, TOPIC, subscribers=SUBSCRIBERS)
    copies = consumers.copies(wms.store, wms.peer(settings.reference_address))
    wms.copy(copies, consumers.REFERENCE)
    books = open_books(SystemClock())
    wms.consume(consumers.holds(books), [consumers.MES], name=consumers.HOLDS)
    desk = Desk(
        wms.store,
        books,
        partial(learn_measures, copies, wire.ITEMS),
        lenient=settings.allow_negative,
        prefixes=settings.sscc_prefix,
    )
    wms.serve(registrations(wms.store, TOPIC, desk), SCHEMA, books=books)


if __name__ == "__main__":
    run("wms", WmsSettings(), compose)
