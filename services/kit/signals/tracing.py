"""Spans by their registered name, and how a trace goes on through streams, waits and parking."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.kit.errors import DomainError
from services.kit.signals.registry import registry

_tracer = trace.get_tracer("plantmesh")
_propagator = TraceContextTextMapPropagator()

MAX_LINKS = 1000
"""Links a span may carry; more than the largest batch of events."""


@contextmanager
def span(
    name: str,
    *,
    links: Iterable[str] = (),
    parent: str = "",
    attributes: Mapping[str, str | int | float | bool] | None = None,
    outward: bool = False,
) -> Iterator[Span]:
    """Trace one operation; an error that leaves it marks the span with its code, not its text.

    `parent` and `links` are traceparents: a parent waits for us, a link does not (an event, a
    wait, a parked key, a replay). Empty and unrecorded ones are left out. An `outward` one waits
    for somebody else's system.
    """
    if name not in registry().spans:
        raise LookupError(f"{name} is not a registered span (services/kit/signals/*.yaml)")
    with _tracer.start_as_current_span(
        name,
        context=_context(parent) if parent else None,
        kind=SpanKind.CLIENT if outward else SpanKind.INTERNAL,
        links=_links(links),
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            code = error.code if isinstance(error, DomainError) else type(error).__name__
            current.set_attribute("error.type", code)
            current.set_status(StatusCode.ERROR)
            raise


def follow(traceparents: Iterable[str]) -> None:
    """Link the current span to more that it goes on with, found only after it began."""
    current = trace.get_current_span()
    if not isinstance(current, ReadableSpan) or not current.is_recording():
        return
    known = {link.context.span_id for link in current.links}
    known.add(current.get_span_context().span_id)
    for link in _links(traceparents):
        if link.context.span_id not in known:
            current.add_link(link.context)


def carrier() -> str:
    """The traceparent of the current span ("" outside of one), to travel with what we hand on.

    Source: W3C Trace Context, 3.2. Every event and audit row asks: a propagator takes longer.
    """
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def link_from(traceparent: str) -> Link | None:
    """A link to where `traceparent` came from; None if it is malformed or nobody recorded it."""
    origin = _origin(traceparent)
    return Link(origin) if origin.is_valid and origin.trace_flags.sampled else None


def _links(traceparents: Iterable[str]) -> list[Link]:
    # An event of a batch often shares its transaction, and so its traceparent, with the next one.
    found = (link_from(traceparent) for traceparent in dict.fromkeys(traceparents) if traceparent)
    return [link for link in found if link is not None][:MAX_LINKS]


def _origin(traceparent: str) -> SpanContext:
    return trace.get_current_span(_context(traceparent)).get_span_context()


def _context(traceparent: str) -> Context:
    return _propagator.extract({"traceparent": traceparent}, context=Context())
