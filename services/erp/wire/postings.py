"""Postings, and what became of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from google.protobuf.message import DecodeError
from plantmesh.erp.v1 import events_pb2, postings_pb2

from services.erp.domain.keys import OrderKey
from services.erp.domain.order import Lifecycle, News, ProductionOrder
from services.erp.domain.posting import Kind, Line, Posting
from services.erp.ports import PostingRecord
from services.erp.wire.keys import read_order_key, write_order_key
from services.erp.wire.orders import OrderEvent, write_order_event
from services.kit.errors import InvalidError
from services.kit.lanes.entry import Entry, State
from services.kit.wire import (
    read_day,
    read_instant,
    read_quantity,
    write_instant,
    write_moment,
    write_quantity,
)

_STATES = {
    State.READY: postings_pb2.POSTING_STATE_READY,
    State.SENDING: postings_pb2.POSTING_STATE_SENDING,
    State.AWAITING: postings_pb2.POSTING_STATE_AWAITING,
    State.POSTED: postings_pb2.POSTING_STATE_POSTED,
    State.REFUSED: postings_pb2.POSTING_STATE_REFUSED,
    State.NEEDS_CONFIRMATION: postings_pb2.POSTING_STATE_NEEDS_CONFIRMATION,
    State.SKIPPED: postings_pb2.POSTING_STATE_SKIPPED,
}
PostingEvent = events_pb2.PostingDone | events_pb2.PostingRefused | events_pb2.PostingSkipped
_EVENTS: Mapping[State, Callable[..., PostingEvent]] = {
    State.POSTED: events_pb2.PostingDone,
    State.REFUSED: events_pb2.PostingRefused,
    State.NEEDS_CONFIRMATION: events_pb2.PostingRefused,
    State.SKIPPED: events_pb2.PostingSkipped,
}


def read_posting(message: postings_pb2.Posting, *, field: str = "") -> Posting:
    """Raises InvalidError naming the path below `field`.

    Without a business date it is the day at the source; acceptance sets the plant's.
    """
    try:
        occurred_at = read_instant(message.occurred_at, field="occurred_at")
        day = message.business_date
        return Posting(
            reference=message.reference,
            order=read_order_key(message.order),
            kind=_read_kind(message.kind),
            occurred_at=occurred_at,
            business_date=read_day(day, "business_date") if day else occurred_at.local().date(),
            lines=tuple(_read_line(index, line) for index, line in enumerate(message.lines)),
            reverses=message.reverses,
        )
    except InvalidError as error:
        raise _below(field, error) from error


def _read_kind(number: "postings_pb2.PostingKind.ValueType") -> Kind:
    try:
        return Kind(postings_pb2.PostingKind.Name(number)[len("POSTING_KIND_") :].lower())
    except ValueError:
        raise InvalidError(
            "no kind of posting that we know",
            code="unknown_kind",
            field="kind",
            hint="say what happened: one of PostingKind",
        ) from None


def read_payload(payload: bytes) -> Posting:
    """What `write_payload` wrote, or a person mended; raises InvalidError."""
    try:
        message = postings_pb2.Posting.FromString(payload)
    except DecodeError as error:
        raise InvalidError("the payload is no posting", code="bad_payload") from error
    return read_posting(message)


def write_payload(posting: Posting) -> bytes:
    """The same bytes for the same posting: the lane compares them."""
    return write_posting(posting).SerializeToString(deterministic=True)


def write_posting(posting: Posting) -> postings_pb2.Posting:
    """With the plant's business date."""
    return postings_pb2.Posting(
        reference=posting.reference,
        order=write_order_key(posting.order),
        kind=postings_pb2.PostingKind.Value(f"POSTING_KIND_{posting.kind.name}"),
        lines=[
            postings_pb2.PostingLine(
                item_no=line.item_no,
                lot_no=line.lot_no,
                quantity=write_quantity(line.quantity),
                reason=line.reason,
            )
            for line in posting.lines
        ],
        occurred_at=write_instant(posting.occurred_at),
        reverses=posting.reverses,
        business_date=posting.business_date.isoformat(),
    )


def write_record(record: PostingRecord) -> postings_pb2.PostingStatus:
    """A posting and how far it is."""
    bare = postings_pb2.Posting(reference=record.reference, order=write_order_key(record.order))
    return postings_pb2.PostingStatus(
        posting=write_posting(record.posting) if record.posting else bare,
        system=record.system,
        position=record.position,
        state=postings_pb2.POSTING_STATE_HELD if record.is_held else _STATES[record.state],
        document=record.document,
        reason=record.aside if record.is_held else record.reason,
        attempts=record.attempts,
        as_of=write_moment(record.since),
    )


def write_declined(record: PostingRecord) -> PostingEvent:
    """What others are told of one that no lane ever took."""
    return events_pb2.PostingSkipped(posting=write_record(record))


def write_settled(entry: Entry, at: datetime) -> PostingEvent:
    """What others are told of a lane entry that was settled, or given up by a person."""
    status = postings_pb2.PostingStatus(
        posting=_posting_of(entry),
        system=entry.system,
        position=entry.position,
        state=_STATES[entry.state],
        document=entry.document,
        reason=entry.reason,
        attempts=entry.attempt,
        as_of=write_moment(at),
    )
    return _EVENTS[entry.state](posting=status)


def write_state(
    orders: Sequence[ProductionOrder], records: Sequence[PostingRecord]
) -> Iterator[OrderEvent | PostingEvent]:
    """The events that would tell it: each order's last word, then what became of its postings."""
    for order in orders:
        released = order.status.lifecycle is Lifecycle.RELEASED
        yield write_order_event(order, News.RELEASED if released else News.CHANGED)
    for record in records:
        if told := _EVENTS.get(record.state):
            yield told(posting=write_record(record))


def _posting_of(entry: Entry) -> postings_pb2.Posting:
    try:
        return postings_pb2.Posting.FromString(entry.payload)
    except DecodeError:
        order = write_order_key(OrderKey.parse(entry.key))
        return postings_pb2.Posting(reference=entry.reference, order=order)


def _read_line(index: int, message: postings_pb2.PostingLine) -> Line:
    quantity = read_quantity(message.quantity, field=f"lines[{index}].quantity")
    return Line(message.item_no, quantity, message.lot_no, message.reason)


def _below(field: str, error: InvalidError) -> InvalidError:
    path = f"{field}.{error.field}".strip(".")
    return InvalidError(str(error), code=error.code, field=path, hint=error.hint)
