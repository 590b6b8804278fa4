"""A posting's trace hangs together: acceptance, attempts, results, and what people did between."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from services.kit.lanes.desk import Act, fix, replay
from services.kit.lanes.outcome import Rejected
from services.kit.lanes.worker import Worker
from services.kit.signals import tracing
from services.kit.store import Store
from tests.component.kit.lanes.conftest import ask, offer
from tests.component.kit.lanes.memory import MemoryErp

BOSS = Act("anna", "checked with the plant")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


def causes(span: ReadableSpan, spans: InMemorySpanExporter) -> list[str]:
    """The names of the spans this one is linked to, or part of."""
    linked = {link.context.span_id for link in span.links}
    linked |= {span.parent.span_id} if span.parent else set()
    return [
        other.name
        for other in spans.get_finished_spans()
        if other.context and other.context.span_id in linked
    ]


async def test_refusal_mend_replay_and_posting_hang_together(
    store: Store, worker: Worker, erp: MemoryErp, spans: InMemorySpanExporter
) -> None:
    with tracing.span("plantmesh.graph.operation"):
        await offer(store, "a")
    erp.script["a"] = [Rejected("account closed")]
    await worker.step()
    [(id,)] = await ask(store, "SELECT id FROM lane_entry")
    async with store.work() as work:
        await fix(work, id, b"mended", BOSS)
        await replay(work, id, BOSS)
    await worker.step()
    story = [(span.name, causes(span, spans)) for span in spans.get_finished_spans()]
    assert story == [
        ("plantmesh.graph.operation", []),
        ("plantmesh.lane.request", ["plantmesh.graph.operation"]),
        ("plantmesh.lane.request", ["plantmesh.lane.post"]),
        ("plantmesh.lane.post", ["plantmesh.graph.operation"]),
        ("plantmesh.lane.settle", ["plantmesh.lane.post"]),
        ("plantmesh.lane.desk", ["plantmesh.lane.post"]),
        ("plantmesh.lane.desk", ["plantmesh.lane.desk"]),
        ("plantmesh.lane.request", ["plantmesh.lane.desk"]),
        ("plantmesh.lane.request", ["plantmesh.lane.post"]),
        ("plantmesh.lane.post", ["plantmesh.lane.desk"]),
        ("plantmesh.lane.settle", ["plantmesh.lane.post"]),
    ]
    asked = [span for span in spans.get_finished_spans() if span.name == "plantmesh.lane.request"]
    assert {span.kind for span in asked} == {SpanKind.CLIENT}
    assert [(span.attributes or {})["request"] for span in asked] == ["find", "create"] * 2
