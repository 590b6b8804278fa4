"""The process of reference: master data, and what codes mean."""

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.rounds import Rounds
from services.kit.service import Service, run
from services.reference.graph import SCHEMA
from services.reference.policy import COST
from services.reference.rpc import registrations
from services.reference.settings import ReferenceSettings
from services.reference.store import open_books
from services.reference.store.stewardship import Stewardship

TOPIC = Topic("plantmesh.reference")
_LOOK_SECONDS = 10.0


async def compose(service: Service, settings: ReferenceSettings) -> None:
    """Relay, then the ports, the graph's among them."""
    reference = Assembly("reference", service, settings, TOPIC, subscribers=settings.subscribers)
    reference.withhold("standard_cost", COST)
    queue = Rounds(Stewardship(reference.store).look, seconds=_LOOK_SECONDS)
    service.add("stewardship", queue, reports=True)
    clock = SystemClock()
    calls = registrations(reference.store, TOPIC, clock)
    reference.serve(calls, SCHEMA, books=open_books(clock))


if __name__ == "__main__":
    run("reference", ReferenceSettings(), compose)
