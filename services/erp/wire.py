"""Between domain values and protobuf messages; the only module that spells both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.erp.v1 import events_pb2, orders_pb2, postings_pb2

from services.erp.domain.hold import Hold
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.order import Extent, Lifecycle, News, ProductionOrder
from services.erp.domain.posting import Kind, Line, Posting
from services.erp.ports import PostingRecord
from services.kit.errors import InvalidError
from services.kit.lanes.entry import Entry, State
from services.kit.paging import Cut
from services.kit.wire import (
    read_instant,
    read_quantity,
    write_instant,
    write_page,
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
OrderEvent = events_pb2.ProductionOrderReleased | events_pb2.ProductionOrderChanged
PostingEvent = events_pb2.PostingDone | events_pb2.PostingRefused | events_pb2.PostingSkipped
_EVENTS: Mapping[State, Callable[..., PostingEvent]] = {
    State.POSTED: events_pb2.PostingDone,
    State.REFUSED: events_pb2.PostingRefused,
    State.NEEDS_CONFIRMATION: events_pb2.PostingRefused,
    State.SKIPPED: events_pb2.PostingSkipped,
}


# --- keys


def read_order_key(message: keys_pb2.OrderKey) -> OrderKey:
    """Raises InvalidError naming the part that cannot stand in a key."""
    return OrderKey(message.plant, message.order_no)


def write_order_key(key: OrderKey) -> keys_pb2.OrderKey:
    """As it is called everywhere."""
    return keys_pb2.OrderKey(plant=key.plant, order_no=key.order_no)


def read_hold(message: holds_pb2.LotHold) -> Hold:
    """One hold on one lot."""
    lot = LotKey(message.lot.plant, message.lot.item_no, message.lot.lot_no)
    return Hold(message.hold_no, lot, message.active, message.version)


# --- orders


def write_order(order: ProductionOrder) -> orders_pb2.ProductionOrder:
    """Every status side by side."""
    status = order.status
    message = orders_pb2.ProductionOrder(
        key=write_order_key(order.key),
        system=order.system,
        item_no=order.item_no,
        quantity=write_quantity(order.quantity),
        lifecycle=orders_pb2.OrderLifecycle.Value(f"ORDER_LIFECYCLE_{status.lifecycle.name}"),
        confirmation=_extent(status.confirmation),
        delivery=_extent(status.delivery),
        technically_complete=status.technically_complete,
        material_shortage=status.material_shortage,
        quality_hold=status.quality_hold,
        components=[
            orders_pb2.Component(
                position=part.position, item_no=part.item_no, quantity=write_quantity(part.quantity)
            )
            for part in order.components
        ],
        operations=[
            orders_pb2.Operation(
                sequence=step.sequence, segment=step.segment, work_center=step.work_center
            )
            for step in order.operations
        ],
        erp_version=order.version,
        as_of=_timestamp(order.as_of),
    )
    if order.due_start:
        message.due_start.FromDatetime(order.due_start)
    if order.due_end:
        message.due_end.FromDatetime(order.due_end)
    return message


def write_order_event(order: ProductionOrder, news: News) -> OrderEvent:
    """What others are told."""
    message = write_order(order)
    if news is News.RELEASED:
        return events_pb2.ProductionOrderReleased(order=message)
    return events_pb2.ProductionOrderChanged(order=message)


def write_orders(
    found: Sequence[ProductionOrder], missing: Sequence[OrderKey]
) -> orders_pb2.BatchGetOrdersResponse:
    """The orders found, and the keys that name nothing."""
    return orders_pb2.BatchGetOrdersResponse(
        orders=[write_order(order) for order in found],
        missing=[write_order_key(key) for key in missing],
    )


def write_order_page(cut: Cut[ProductionOrder]) -> orders_pb2.ListOrdersResponse:
    """A page of orders."""
    return orders_pb2.ListOrdersResponse(
        orders=[write_order(order) for order in cut.rows], page=write_page(cut)
    )


def _extent(extent: Extent) -> orders_pb2.Extent.ValueType:
    return orders_pb2.Extent.Value(f"EXTENT_{extent.name}")


def _timestamp(moment: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message


# --- postings


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
            kind=Kind(postings_pb2.PostingKind.Name(message.kind)[len("POSTING_KIND_") :].lower()),
            occurred_at=occurred_at,
            business_date=date.fromisoformat(day) if day else occurred_at.local().date(),
            lines=tuple(_read_line(index, line) for index, line in enumerate(message.lines)),
            reverses=message.reverses,
        )
    except InvalidError as error:
        raise _below(field, error) from error
    except ValueError as error:
        raise _below(field, InvalidError(str(error), field="kind")) from error


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
    waits = record.aside and record.state is State.READY
    return postings_pb2.PostingStatus(
        posting=write_posting(record.posting) if record.posting else bare,
        system=record.system,
        position=record.position,
        state=postings_pb2.POSTING_STATE_HELD if waits else _STATES[record.state],
        document=record.document,
        reason=record.aside if waits else record.reason,
        attempts=record.attempts,
        as_of=_timestamp(record.since),
    )


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
        as_of=_timestamp(at),
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
