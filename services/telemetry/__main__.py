"""The process of telemetry."""

from services.kit.assembly import Assembly
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.service import Service, run
from services.telemetry import rpc
from services.telemetry.adapters.collector import Edge, add_collector
from services.telemetry.adapters.heartbeat import add_heartbeat
from services.telemetry.adapters.leases import Ballot, open_lease
from services.telemetry.graph import SCHEMA
from services.telemetry.settings import TelemetrySettings
from services.telemetry.store import open_books
from services.telemetry.store.terms import SqlTerms

TOPIC = Topic("plantmesh.telemetry")
SUBSCRIBERS = ("mes counts",)


async def compose(service: Service, settings: TelemetrySettings) -> None:
    """Relay, the collector where there are sources, then the ports."""
    clock = SystemClock()
    books = open_books(clock, add_heartbeat(service, SqlTerms(), clock))
    telemetry = Assembly("telemetry", service, settings, TOPIC, subscribers=SUBSCRIBERS)
    if settings.telemetry_sources and settings.telemetry_folder:
        secrets = {name: kept.get_secret_value() for name, kept in settings.secrets.items()}
        edge = Edge(
            settings.telemetry_sources,
            settings.telemetry_folder,
            settings.telemetry_buffer,
            secrets,
        )
        ballot = Ballot(settings.lease_name, settings.lease_namespace or "", settings.kubeconfig)
        lease = await open_lease(ballot, service.store, clock)
        add_collector(service, books, settings.instance, edge, lease)
    telemetry.serve(rpc.registrations(telemetry.store, TOPIC, books), SCHEMA, books=books)


if __name__ == "__main__":
    run("telemetry", TelemetrySettings(), compose)
