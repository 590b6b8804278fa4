"""The process of reference: master data, and what codes mean."""

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.service import Service, run
from services.reference.policy import COST
from services.reference.rpc import registrations
from services.reference.settings import ReferenceSettings

TOPIC = Topic("plantmesh.reference")


async def compose(service: Service, settings: ReferenceSettings) -> None:
    """Relay, then the ports."""
    reference = Assembly("reference", service, settings, TOPIC, subscribers=settings.subscribers)
    reference.withhold("standard_cost", COST)
    reference.serve(registrations(reference.store, TOPIC, SystemClock()))


if __name__ == "__main__":
    run("reference", ReferenceSettings(), compose)
