"""Traces, histories and inherited holds on the wire."""

from collections.abc import Iterable, Sequence

from plantmesh.mes.v1 import genealogy_pb2 as _pb

from services.kit.errors import InvalidError, located
from services.kit.holds.wire import write_blocks
from services.kit.paging import Listing, Page
from services.kit.wire import write_instant, write_moment, write_quantity
from services.mes.application.recall import Recall
from services.mes.application.trace import Start, Trace, Wish
from services.mes.domain.genealogy import Direction
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.passage import Receipt, Shipment
from services.mes.ports import Told
from services.mes.wire.keys import read_lot_key, write_lot_key, write_order_key
from services.mes.wire.lots import read_direction, write_edge

_USUAL, _MOST = 1_000, 20_000


def read_starts(request: _pb.BatchTraceLotsRequest) -> list[Start]:
    """Raises InvalidError naming `starts[i].cursor`, or `max_lots` where all would be too much."""
    if len(request.starts) * (request.max_lots or _USUAL) > _MOST:
        raise InvalidError(
            f"an answer has {_MOST} lots at most",
            code="too_many_lots",
            field="max_lots",
            hint=f"ask for {_MOST // len(request.starts)} of each, and go on by the cursors",
        )
    direction = read_direction(request.direction)
    starts = []
    for place, one in enumerate(request.starts):
        lot = read_lot_key(one.lot)
        with located(f"starts[{place}]"):
            starts.append(Start(lot, _read_cursor(lot, direction, one.cursor)))
    return starts


def read_wish(request: _pb.BatchTraceLotsRequest, plants: Sequence[str] | None) -> Wish:
    """How much of each trace."""
    size = request.max_lots or _USUAL
    direction = read_direction(request.direction)
    return Wish(direction, size, levels=request.with_levels, plants=plants)


def write_recall(recall: Recall, direction: Direction, *, customers: bool) -> _pb.LotTrace:
    """The document; with `customers` it says who lots went to."""
    trace = recall.trace
    message = _pb.LotTrace(
        lot=write_lot_key(trace.lot),
        lots=_write_lots(trace),
        orders=[write_order_key(key) for key in trace.orders],
        receipts=[_write_receipt(one) for one in recall.receipts],
        shipments=[_write_shipment(one.told(customer=customers)) for one in recall.shipments],
        edges=[write_edge(edge) for edge in recall.edges],
        total=trace.total,
        withheld=trace.withheld,
    )
    if trace.after is not None:
        message.too_many.cursor = _write_cursor(trace.lot, direction, trace.after)
    return message


def write_history(lot: LotKey, told: Iterable[Told]) -> _pb.LotHistory:
    """Every event of one lot."""
    return _pb.LotHistory(lot=write_lot_key(lot), events=[_write_told(one) for one in told])


def write_inherited(holds: Iterable[Hold]) -> list[_pb.InheritedHold]:
    """With the lots they come from."""
    return [_write_hold(hold) for hold in holds]


def _write_hold(hold: Hold) -> _pb.InheritedHold:
    blocks = write_blocks(sorted(hold.blocks))
    message = _pb.InheritedHold(hold_no=hold.hold_no, version=hold.version, blocks=blocks)
    getattr(message, "from").CopyFrom(write_lot_key(hold.source or hold.lot))
    return message


def _write_lots(trace: Trace) -> list[_pb.TracedLot]:
    levels = trace.levels or [0] * len(trace.lots)
    return [
        _pb.TracedLot(key=write_lot_key(one.key), order_no=one.order_no, level=level)
        for one, level in zip(trace.lots, levels, strict=True)
    ]


def _write_receipt(one: Receipt) -> _pb.LotReceipt:
    return _pb.LotReceipt(
        lot=write_lot_key(one.lot),
        supplier=one.supplier,
        supplier_lot=one.supplier_lot,
        manufacturer=one.manufacturer,
        country_of_origin=one.country,
        purchase_order_no=one.purchase_order_no,
        quantity=write_quantity(one.quantity),
        received_at=write_moment(one.received_at),
        event_id=one.event_id,
    )


def _write_shipment(one: Shipment) -> _pb.LotShipment:
    return _pb.LotShipment(
        lot=write_lot_key(one.lot),
        shipment_no=one.shipment_no,
        customer=one.customer,
        sales_order_no=one.sales_order_no,
        quantity=write_quantity(one.quantity),
        shipped_at=write_moment(one.shipped_at),
        event_id=one.event_id,
        withheld=one.withheld,
    )


def _write_told(one: Told) -> _pb.LotEvent:
    cause = one.record.cause
    return _pb.LotEvent(
        edge=write_edge(one.record.edge),
        event_id=cause.id,
        operation_sequence=cause.operation,
        equipment=cause.equipment,
        occurred_at=write_instant(cause.occurred_at),
        void_by=one.void_by,
    )


def _listing(lot: LotKey, direction: Direction) -> Listing:
    return Listing(f"mes.trace/{lot}/{direction}", (int,))


def _read_cursor(lot: LotKey, direction: Direction, cursor: str) -> int:
    try:
        after = Page.read(_listing(lot, direction), 0, cursor).after
    except InvalidError as error:
        error.field = "cursor"
        raise
    return int(after[0]) if after else 0


def _write_cursor(lot: LotKey, direction: Direction, after: int) -> str:
    return Page(_listing(lot, direction)).cut([after], lambda place: (place,)).end_cursor
