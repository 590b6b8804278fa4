"""Turn signals on for this process: providers, exporters, sampling and instrumentation."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Thread

from opentelemetry import metrics, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient, GrpcAioInstrumentorServer
from opentelemetry.instrumentation.grpc.filters import health_check, negate
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes
from prometheus_client import start_http_server

from services.kit.signals.tracing import MAX_LINKS

METRICS_EVERY_MS = 10_000
CLOSE_SECONDS = 3.0


@dataclass(frozen=True)
class Export:
    """Where the signals of this process go."""

    otlp_endpoint: str = ""
    trace_share: float = 0.1
    trace_statements: bool = False
    metrics_bind: str = "127.0.0.1"
    metrics_port: int | None = None


@dataclass
class Running:
    """Signals that are on; close it last, so that the end of the process is seen too."""

    metrics_port: int | None = None
    _closers: list[Callable[[], object]] = field(default_factory=list)

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Send what waits and stop, in `seconds` at most.

        An exporter tries for up to half a minute where nobody listens, and what is killed
        because it used up its grace period has not ended well.
        """
        deadline = time.monotonic() + seconds
        closing = [Thread(target=close, daemon=True) for close in reversed(self._closers)]
        self._closers.clear()
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(max(deadline - time.monotonic(), 0))


def start(service: str, instance: str, export: Export) -> Running:
    """Switch everything on, once a process; instruments made before come alive."""
    resource = Resource.create(
        {"service.name": service, "service.namespace": "plantmesh", "service.instance.id": instance}
    )
    running = Running()
    readers: list[MetricReader] = []
    if export.metrics_port is not None:
        readers.append(PrometheusMetricReader())
        server, _ = start_http_server(export.metrics_port, export.metrics_bind)
        running.metrics_port = server.server_port
        running._closers.append(server.shutdown)
    if export.otlp_endpoint:
        readers.append(_pushed_metrics(export.otlp_endpoint))
        running._closers.append(_traces(resource, export).shutdown)
    provider = MeterProvider(readers, resource)
    metrics.set_meter_provider(provider)
    running._closers.append(provider.shutdown)
    instrument(statements=export.trace_statements)
    return running


def instrument(*, statements: bool) -> None:
    """Calls between services are always traced; statements only on demand.

    A confirmation runs about fifteen statements and Redis is polled for ever; a recorded span
    costs some 30 us of CPU, more than the statement's own Python. The operation's span says what
    matters, PostgreSQL's own statistics the rest. SQLAlchemy runs on psycopg: one hook sees both.
    """
    calls = negate(health_check())
    GrpcAioInstrumentorServer(filter_=calls).instrument()  # type: ignore[no-untyped-call]
    GrpcAioInstrumentorClient(filter_=calls).instrument()  # type: ignore[no-untyped-call]
    if statements:
        PsycopgInstrumentor().instrument()
        RedisInstrumentor().instrument()


class FollowLinks(Sampler):
    """Record whatever continues a recorded trace by link; a share of the rest.

    Without it a chain breaks at its first stream: a link, unlike a parent, hands on no decision.
    """

    def __init__(self, share: float) -> None:
        self._share = TraceIdRatioBased(share)

    def should_sample(  # noqa: PLR0913 - the sampler interface of OpenTelemetry
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide for a span without parent."""
        recorded = any(link.context.trace_flags.sampled for link in links or ())
        return (ALWAYS_ON if recorded else self._share).should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )

    def get_description(self) -> str:
        """Name and share, for people."""
        return f"FollowLinks{{{self._share.rate}}}"


def tracer_provider(resource: Resource, share: float) -> TracerProvider:
    """Spans sampled by parent, else by link, else by `share`."""
    return TracerProvider(
        sampler=ParentBased(root=FollowLinks(share)),
        resource=resource,
        span_limits=SpanLimits(max_links=MAX_LINKS),
    )


def _traces(resource: Resource, export: Export) -> TracerProvider:
    provider = tracer_provider(resource, export.trace_share)
    exporter = OTLPSpanExporter(endpoint=f"{export.otlp_endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def _pushed_metrics(endpoint: str) -> MetricReader:
    exporter = OTLPMetricExporter(endpoint=f"{endpoint.rstrip('/')}/v1/metrics")
    return PeriodicExportingMetricReader(exporter, export_interval_millis=METRICS_EVERY_MS)
