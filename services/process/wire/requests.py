"""What this service asks of its peers."""

from collections.abc import Collection, Sequence
from datetime import datetime

from google.protobuf.json_format import Parse
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1 import holds_pb2, page_pb2
from plantmesh.erp.v1 import postings_pb2
from plantmesh.mes.v1 import lots_pb2, work_orders_pb2
from plantmesh.quality.v1 import quality_pb2
from plantmesh.wms.v1 import wms_pb2

from services.kit.wire import write_instant, write_quantity
from services.process.domain.effects import Closing, Movement, Posting
from services.process.domain.facts import Confirmed, HoldOrdered, OrderReleased
from services.process.domain.keys import LotKey
from services.process.domain.plan import source_of
from services.process.wire.values import (
    read_lot,
    write_blocks,
    write_control,
    write_lot,
    write_order,
)


def create_work_order(released: OrderReleased, key: str) -> work_orders_pb2.CreateWorkOrdersRequest:
    """The plan of an order."""
    plan = work_orders_pb2.WorkOrderPlan(
        key=write_order(released.order),
        item_no=released.item_no,
        quantity=write_quantity(released.quantity),
        due_start=_moment(released.due_start),
        due_end=_moment(released.due_end),
        operations=[
            work_orders_pb2.PlannedOperation(
                sequence=one.sequence,
                segment=one.segment,
                work_center=one.work_center,
                control=write_control(one.control),
            )
            for one in released.operations
        ],
        components=[
            work_orders_pb2.PlannedComponent(
                position=one.position,
                item_no=one.item_no,
                quantity=write_quantity(one.quantity),
                backflush=one.backflush,
                operation_sequence=one.operation,
                lot_no=one.lot_no,
            )
            for one in released.components
        ],
    )
    return work_orders_pb2.CreateWorkOrdersRequest(idempotency_key=key, plans=[plan])


def close_work_order(closing: Closing, key: str) -> work_orders_pb2.CommandWorkOrdersRequest:
    """If nothing was reported since."""
    command = work_orders_pb2.WorkOrderCommand(
        key=write_order(closing.order),
        command=work_orders_pb2.COMMAND_CLOSE,
        reason="everything of it is posted",
        last_confirmation_no=closing.last,
    )
    return work_orders_pb2.CommandWorkOrdersRequest(idempotency_key=key, commands=[command])


def trace_forward(lots: Sequence[LotKey]) -> lots_pb2.TraceLotsRequest:
    """Everything made of these."""
    return lots_pb2.TraceLotsRequest(
        lots=map(write_lot, lots), direction=lots_pb2.DIRECTION_FORWARD
    )


def read_trace(answer: lots_pb2.TraceLotsResponse) -> set[LotKey]:
    """The lots of a part of a trace."""
    return {read_lot(lot.key) for lot in answer.lots}


def open_inspections(
    confirmed: Sequence[Confirmed], key: str
) -> quality_pb2.OpenInspectionsRequest:
    """A submission for each yield."""
    return quality_pb2.OpenInspectionsRequest(
        idempotency_key=key,
        submissions=[
            quality_pb2.Submission(
                source=source_of(one),
                lot=write_lot(one.lot),
                order_no=one.order.order_no,
                quantity=write_quantity(one.good),
            )
            for one in confirmed
        ],
    )


def read_inspections(
    answer: quality_pb2.OpenInspectionsResponse, confirmed: Sequence[Confirmed]
) -> list[str]:
    """The inspection of each, "" where none is due."""
    found = {one.source: one.inspection_no if one.required else "" for one in answer.results}
    return [found[source_of(one)] for one in confirmed]


def report_hold(
    hold: HoldOrdered, lots: Collection[LotKey], key: str, *, complete: bool
) -> quality_pb2.ReportHoldsRequest:
    """How far a hold is."""
    report = quality_pb2.HoldReport(
        hold_no=hold.hold_no,
        version=hold.version,
        lots=map(write_lot, sorted(lots)),
        complete=complete,
    )
    return quality_pb2.ReportHoldsRequest(idempotency_key=key, reports=[report])


def apply_hold(hold: HoldOrdered, lots: Sequence[LotKey], key: str) -> holds_pb2.ApplyHoldsRequest:
    """A hold on each lot, or its end."""
    return holds_pb2.ApplyHoldsRequest(
        idempotency_key=key,
        holds=[
            holds_pb2.LotHold(
                hold_no=hold.hold_no,
                lot=write_lot(lot),
                active=hold.active,
                version=hold.version,
                blocks=write_blocks(hold.blocks),
            )
            for lot in lots
        ],
    )


def apply_scope(hold: HoldOrdered, key: str) -> holds_pb2.ApplyScopesRequest:
    """Watch what falls under it, or not any more."""
    scoped = holds_pb2.ScopedHold(
        hold_no=hold.hold_no,
        plant=hold.plant,
        scope=Parse(hold.scope, holds_pb2.HoldScope()),
        active=hold.active,
        version=hold.version,
        blocks=write_blocks(hold.blocks),
    )
    return holds_pb2.ApplyScopesRequest(idempotency_key=key, holds=[scoped])


def list_scope_lots(hold: HoldOrdered, cursor: str) -> holds_pb2.ListScopeLotsRequest:
    """A page of what falls under it."""
    return holds_pb2.ListScopeLotsRequest(
        plant=hold.plant, hold_no=hold.hold_no, page=page_pb2.PageRequest(size=200, cursor=cursor)
    )


def read_scope_lots(answer: holds_pb2.ListScopeLotsResponse) -> set[LotKey]:
    """The lots of a page."""
    return {read_lot(lot) for lot in answer.lots}


def move_stock(movements: Sequence[Movement], key: str) -> wms_pb2.MoveStockRequest:
    """Movements in their order."""
    return wms_pb2.MoveStockRequest(
        idempotency_key=key, movements=[_movement(one) for one in movements]
    )


def accept_postings(postings: Sequence[Posting], key: str) -> postings_pb2.AcceptPostingsRequest:
    """Postings in their order."""
    return postings_pb2.AcceptPostingsRequest(
        idempotency_key=key,
        postings=[
            postings_pb2.Posting(
                reference=one.reference,
                order=write_order(one.order),
                kind=postings_pb2.PostingKind.Value(f"POSTING_KIND_{one.kind.name}"),
                lines=[
                    postings_pb2.PostingLine(
                        item_no=line.item_no,
                        lot_no=line.lot_no,
                        quantity=write_quantity(line.quantity),
                        reason=line.reason,
                    )
                    for line in one.lines
                ],
                occurred_at=write_instant(one.occurred_at),
                reverses=one.reverses,
            )
            for one in postings
        ],
    )


def _movement(one: Movement) -> wms_pb2.Movement:
    return wms_pb2.Movement(
        reference=one.reference,
        type=wms_pb2.MovementType.Value(f"MOVEMENT_TYPE_{one.move.name}"),
        stock=wms_pb2.StockKey(
            plant=one.lot.plant,
            item_no=one.lot.item_no,
            lot_no=one.lot.lot_no,
            status=wms_pb2.StockStatus.Value(f"STOCK_STATUS_{one.stock.name}"),
        ),
        quantity=write_quantity(one.quantity),
        order_no=one.order.order_no,
        occurred_at=write_instant(one.occurred_at),
        reason=one.reason,
        reverses=one.reverses,
    )


def _moment(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    message = Timestamp()
    message.FromDatetime(moment)
    return message
