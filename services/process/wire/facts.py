"""Events of others, as facts of this service."""

from datetime import UTC, datetime
from typing import Any

from google.protobuf.json_format import MessageToJson
from plantmesh.erp.v1 import events_pb2 as erp_pb2
from plantmesh.mes.v1 import events_pb2 as mes_pb2
from plantmesh.mes.v1 import work_orders_pb2
from plantmesh.quality.v1 import events_pb2 as quality_pb2
from plantmesh.quality.v1 import quality_pb2 as pb

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.kit.wire import read_instant, read_quantity
from services.process.application.tell_posted import Verdict, Word
from services.process.domain.facts import (
    BornHeld,
    Caught,
    Component,
    Confirmed,
    Consumption,
    Disposed,
    Ended,
    HoldOrdered,
    Operation,
    OrderReleased,
    Scrap,
    TakenBack,
)
from services.process.domain.keys import OrderKey
from services.process.domain.ledger import Disposition, Outcome
from services.process.wire.values import read_blocks, read_control, read_lot, read_order

PostingEvent = erp_pb2.PostingDone | erp_pb2.PostingRefused | erp_pb2.PostingSkipped
_VERDICTS = {
    erp_pb2.PostingDone: Verdict.POSTED,
    erp_pb2.PostingRefused: Verdict.REFUSED,
    erp_pb2.PostingSkipped: Verdict.SKIPPED,
}


def read_released(event: erp_pb2.ProductionOrderReleased) -> OrderReleased:
    """An order the ERP released."""
    order = event.order
    return OrderReleased(
        order=read_order(order.key),
        item_no=order.item_no,
        quantity=read_quantity(order.quantity, field="order.quantity"),
        version=order.erp_version,
        due_start=_moment(order, "due_start"),
        due_end=_moment(order, "due_end"),
        operations=tuple(
            Operation(one.sequence, one.segment, one.work_center, read_control(one.control))
            for one in order.operations
        ),
        components=tuple(
            Component(
                one.position,
                one.item_no,
                read_quantity(one.quantity, field=f"order.components[{place}].quantity"),
                one.backflush,
                one.operation_sequence,
                one.lot_no,
            )
            for place, one in enumerate(order.components)
        ),
    )


def read_confirmed(event: mes_pb2.OperationConfirmed) -> Confirmed:
    """A report of the floor with its number."""
    report = event.confirmation
    # `yield` is a word of Python's.
    good: Quantity = read_quantity(getattr(report, "yield"), field="confirmation.yield")
    if report.HasField("stocked_yield"):
        good = read_quantity(report.stocked_yield, field="confirmation.stocked_yield")
    return Confirmed(
        order=read_order(report.order),
        number=event.confirmation_no,
        item_no=event.item_no,
        good=good,
        occurred_at=read_instant(report.occurred_at, field="confirmation.occurred_at"),
        lot_no=report.lot_no,
        scrap=tuple(
            Scrap(read_quantity(one.quantity, field=f"confirmation.scrap[{place}]"), one.reason)
            for place, one in enumerate(report.scrap)
        ),
        consumed=tuple(
            Consumption(
                one.item_no,
                one.lot_no,
                read_quantity(one.quantity, field=f"confirmation.consumed[{place}]"),
            )
            for place, one in enumerate(report.consumed)
        ),
        returned=tuple(
            Consumption(
                one.item_no,
                one.lot_no,
                read_quantity(one.quantity, field=f"confirmation.returned[{place}]"),
            )
            for place, one in enumerate(report.returned)
        ),
    )


def read_taken_back(event: mes_pb2.ConfirmationReversed) -> TakenBack:
    """A report of the floor that takes another back."""
    return TakenBack(
        order=read_order(event.reversed.order),
        number=event.confirmation_no,
        reverses=event.reverses,
        occurred_at=read_instant(event.occurred_at, field="occurred_at"),
    )


def read_born(event: mes_pb2.LotProduced) -> BornHeld | None:
    """A lot that is held from its first moment; None for the others."""
    lot = event.lot
    if not lot.hold_nos or not lot.order_no:
        return None
    order = OrderKey(lot.key.plant, lot.order_no)
    return BornHeld(order, read_lot(lot.key), tuple(lot.hold_nos))


def read_caught(event: mes_pb2.LotCaught) -> BornHeld | Caught:
    """By an order's confirmation, which comes behind; or by itself."""
    lot = read_lot(event.lot)
    if event.HasField("order"):
        return BornHeld(read_order(event.order), lot, (event.hold_no,), known=True)
    return Caught(event.hold_no, lot)


def read_ended(event: mes_pb2.WorkOrderStateChanged, at: datetime) -> Ended | None:
    """What the floor completed, and what of that it closed; None for every other step."""
    before, after = getattr(event, "from"), event.to
    if after == work_orders_pb2.LIFECYCLE_COMPLETED:
        return Ended(read_order(event.order), closed=False, occurred_at=Instant(at))
    if (before, after) == (work_orders_pb2.LIFECYCLE_COMPLETED, work_orders_pb2.LIFECYCLE_CLOSED):
        return Ended(read_order(event.order), closed=True, occurred_at=Instant(at))
    return None


def read_disposed(event: quality_pb2.DispositionMade, at: datetime) -> Disposed | None:
    """A decision of `at`; None where no order of ours made the lot."""
    inspection, made = event.inspection, event.disposition
    if not inspection.order_no:
        return None
    return Disposed(
        order=OrderKey(inspection.lot.plant, inspection.order_no),
        disposition=Disposition(
            inspection.inspection_no,
            made.split_no,
            Outcome[pb.Outcome.Name(made.outcome).removeprefix("OUTCOME_")],
            read_quantity(made.quantity, field="disposition.quantity"),
        ),
        occurred_at=Instant(at),
    )


def read_hold(hold: pb.Hold, *, active: bool) -> HoldOrdered:
    """What quality wants."""
    return HoldOrdered(
        hold_no=hold.hold_no,
        plant=hold.plant,
        roots=tuple(map(read_lot, hold.roots)),
        active=active,
        version=hold.version,
        blocks=read_blocks(hold.blocks),
        scope=MessageToJson(hold.scope, indent=None) if hold.HasField("scope") else "",
    )


def read_word(event: PostingEvent, at: datetime) -> Word:
    """The ERP's word on a posting."""
    status = event.posting
    verdict = _VERDICTS[type(event)]
    return Word(status.posting.reference, verdict, status.document, status.reason, at)


def _moment(message: Any, field: str) -> datetime | None:
    if not message.HasField(field):
        return None
    moment: datetime = getattr(message, field).ToDatetime(tzinfo=UTC)
    return moment
