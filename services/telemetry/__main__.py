"""The process of telemetry."""

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.service import Service, run
from services.kit.settings import ServiceSettings
from services.telemetry import rpc
from services.telemetry.graph import SCHEMA
from services.telemetry.store import open_books

TOPIC = Topic("plantmesh.telemetry")
SUBSCRIBERS = ("mes counts",)


async def compose(service: Service, settings: ServiceSettings) -> None:
    """Relay, then the ports."""
    books = open_books(SystemClock())
    telemetry = Assembly("telemetry", service, settings, TOPIC, subscribers=SUBSCRIBERS)
    telemetry.serve(rpc.registrations(telemetry.store, TOPIC, books), SCHEMA, books=books)


if __name__ == "__main__":
    run("telemetry", ServiceSettings(), compose)
