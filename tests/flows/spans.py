"""Spans as an OTLP collector gets them, and what makes two of them hang together."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from aiohttp import web
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from tools.mesh.ports import LOOPBACK


@dataclass(frozen=True)
class Span:
    """One operation. `parent` and `links` are span ids; "" is a root."""

    id: str
    trace: str
    name: str
    service: str
    instance: str
    parent: str
    links: frozenset[str]
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def causes(self) -> frozenset[str]:
        """What it is part of, or goes on with."""
        return self.links | ({self.parent} if self.parent else frozenset())

    @property
    def traceparent(self) -> str:
        """To go on with it from outside."""
        return f"00-{self.trace}-{self.id}-01"


Spans = Mapping[str, Span]


class Sink:
    """Collects what is exported to `url`."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: dict[str, Span] = {}

    async def take(self, request: web.Request) -> web.Response:
        """POST /v1/traces, as protobuf or (the gateway's) as JSON."""
        decode = _decoders[request.content_type]
        for span in _read(decode(await request.read())):
            self.spans[span.id] = span
        return web.Response(content_type=request.content_type)

    async def overlook(self, _: web.Request) -> web.Response:
        """POST /v1/metrics, which nobody here asks for."""
        return web.Response(content_type="application/x-protobuf")


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    """A collector in this process."""
    one = Sink()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes([web.post("/v1/traces", one.take), web.post("/v1/metrics", one.overlook)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    one.url = f"http://{host}:{port}"
    yield one
    await runner.cleanup()


def component(spans: Spans, start: str) -> set[str]:
    """Every span that hangs together with `start`, whichever way the causes point."""
    beside: dict[str, set[str]] = defaultdict(set)
    for span in spans.values():
        for cause in span.causes:
            beside[span.id].add(cause)
            beside[cause].add(span.id)
    found, edge = {start}, [start]
    while edge:
        new = beside[edge.pop()] - found
        found |= new
        edge.extend(new)
    return found


def hangs(spans: Spans, one: Span, causes: Collection[str]) -> bool:
    """Whether `one`, or what it is part of, goes on with one of `causes` (or is part of it)."""
    return any(
        above.id in causes or above.causes & frozenset(causes) for above in _upward(spans, one)
    )


def cut(spans: Spans, ones: Collection[str], causes: Collection[str]) -> Spans:
    """The same, but nothing leads from `ones` (and what they are part of) to `causes` any more."""
    gone = frozenset(causes)
    above = {span.id for id in ones for span in _upward(spans, spans[id])}
    return {id: _without(one, gone) if id in above else one for id, one in spans.items()}


def _without(one: Span, gone: frozenset[str]) -> Span:
    parent = "" if one.parent in gone else one.parent
    return replace(one, parent=parent, links=one.links - gone)


def _upward(spans: Spans, one: Span) -> Iterator[Span]:
    above: Span | None = one
    while above is not None:
        yield above
        above = spans.get(above.parent)


def _from_json(body: bytes) -> ExportTraceServiceRequest:
    return ParseDict(
        _as_protobuf_spells(orjson.loads(body)),
        ExportTraceServiceRequest(),
        ignore_unknown_fields=True,
    )


def _as_protobuf_spells(value: Any) -> Any:
    """OTLP/JSON differs from protobuf's own JSON in its ids: they are hex there, not base64."""
    if isinstance(value, list):
        return [_as_protobuf_spells(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: b64encode(bytes.fromhex(one)).decode() if name in _IDS else _as_protobuf_spells(one)
        for name, one in value.items()
    }


_IDS = {"traceId", "spanId", "parentSpanId"}
_decoders = {
    "application/x-protobuf": ExportTraceServiceRequest.FromString,
    "application/json": _from_json,
}


def _read(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        process = _facts(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield _span(process, span)


def _span(process: Mapping[str, str], span: trace_pb2.Span) -> Span:
    return Span(
        id=span.span_id.hex(),
        trace=span.trace_id.hex(),
        name=span.name,
        service=process.get("service.name", ""),
        instance=process.get("service.instance.id", ""),
        parent=span.parent_span_id.hex(),
        links=frozenset(link.span_id.hex() for link in span.links),
        facts=_facts(span.attributes) | {"kind": trace_pb2.Span.SpanKind.Name(span.kind)[10:]},
    )


def _facts(attributes: Collection[KeyValue]) -> dict[str, str]:
    return {one.key: one.value.string_value or str(one.value.int_value) for one in attributes}
