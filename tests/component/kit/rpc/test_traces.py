"""A call is one trace on both sides, and its spans end however it ends."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient, GrpcAioInstrumentorServer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest

from services.kit.errors import ConflictError
from tests.component.kit.rpc.desk import GOOD, Desk, calling, served


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    sides = (
        GrpcAioInstrumentorServer(),  # type: ignore[no-untyped-call]
        GrpcAioInstrumentorClient(),  # type: ignore[no-untyped-call]
    )
    for side in sides:
        side.instrument(tracer_provider=provider)
    yield exporter
    for side in sides:
        side.uninstrument()


async def test_the_trace_goes_on_at_the_other_side(spans: InMemorySpanExporter) -> None:
    desk, seen = Desk(), []

    async def note(_: SnapshotRequest) -> Position:
        seen.append(trace.get_current_span().get_span_context().trace_id)
        return Position()

    desk.answer = note
    async with served(desk) as server, calling(server) as stub:
        await stub.ask(GOOD)
    callee, caller = sorted(spans.get_finished_spans(), key=lambda span: span.parent is None)
    assert callee.parent is not None
    assert caller.context is not None
    assert callee.parent.span_id == caller.context.span_id
    assert seen == [caller.context.trace_id]


async def test_a_refused_call_ends_its_spans(spans: InMemorySpanExporter) -> None:
    desk = Desk()

    async def refuse(_: SnapshotRequest) -> Position:
        raise ConflictError("no")

    desk.answer = refuse
    async with served(desk) as server, calling(server) as stub:
        with pytest.raises(ConflictError):
            await stub.ask(GOOD)
    codes = [dict(span.attributes or {}) for span in spans.get_finished_spans()]
    assert [code["rpc.grpc.status_code"] for code in codes] == [9, 9]
