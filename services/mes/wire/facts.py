"""The events that tell of facts."""

from google.protobuf.message import Message
from plantmesh.mes.v1 import events_pb2, lots_pb2

from services.kit.holds.wire import write_blocks
from services.kit.wire import write_instant
from services.mes.domain.events import (
    ConfirmationReversed,
    Fact,
    GenealogyOpened,
    HoldsInherited,
    LotCaught,
    LotFact,
    LotOperated,
    LotOperationVoided,
    LotProduced,
    LotStatusChanged,
    OperationConfirmed,
    WorkOrderCreated,
    WorkOrderOpened,
    WorkOrderStateChanged,
)
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.wire.confirmations import write_confirmation
from services.mes.wire.keys import write_lifecycle, write_lot_key, write_order_key
from services.mes.wire.lots import write_edge, write_lot, write_lots
from services.mes.wire.operations import write_operation, write_void
from services.mes.wire.orders import write_order
from services.mes.wire.traces import write_inherited


def write_fact(fact: Fact) -> Message:
    """The event that tells of it."""
    match fact:
        case WorkOrderCreated(order):
            return events_pb2.WorkOrderCreated(order=write_order(order))
        case WorkOrderOpened(order):
            return events_pb2.WorkOrderOpened(order=write_order(order))
        case WorkOrderStateChanged(key, before, after, reason):
            return _write_step(key, before, after, reason)
        case OperationConfirmed(booked, item_no):
            return events_pb2.OperationConfirmed(
                confirmation_no=booked.no,
                confirmation=write_confirmation(booked.report),
                item_no=item_no,
                completes=booked.completes,
            )
        case ConfirmationReversed(booked, taken, item_no):
            return events_pb2.ConfirmationReversed(
                confirmation_no=booked.no,
                id=booked.report.id,
                reverses=taken.no,
                reversed=write_confirmation(taken.report),
                item_no=item_no,
                reason=booked.reason,
                occurred_at=write_instant(booked.report.occurred_at),
            )
    return _write_lot_fact(fact)


def _write_lot_fact(fact: LotFact) -> Message:
    match fact:
        case LotProduced(lot):
            return events_pb2.LotProduced(lot=write_lot(lot))
        case HoldsInherited(lot, holds):
            return events_pb2.HoldsInherited(lot=write_lot_key(lot), holds=write_inherited(holds))
        case LotCaught(hold, order):
            return events_pb2.LotCaught(
                lot=write_lot_key(hold.lot),
                hold_no=hold.hold_no,
                version=hold.version,
                blocks=write_blocks(sorted(hold.blocks)),
                order=write_order_key(order) if order else None,
            )
        case LotOperated(operation, edges, lots):
            return events_pb2.LotOperated(
                operation=write_operation(operation),
                edges=[write_edge(edge) for edge in edges],
                lots=write_lots(lots),
            )
        case LotOperationVoided(void, lots):
            return events_pb2.LotOperationVoided(event=write_void(void), lots=write_lots(lots))
        case GenealogyOpened(lot, edges):
            return events_pb2.GenealogyOpened(
                lot=write_lot(lot), edges=[write_edge(edge) for edge in edges]
            )
        case LotStatusChanged(lot, quality, disposition, reason):
            return events_pb2.LotStatusChanged(
                lot=write_lot(lot),
                quality_before=lots_pb2.LotQuality.Value(f"LOT_QUALITY_{quality.name}"),
                disposition_before=lots_pb2.LotDisposition.Value(
                    f"LOT_DISPOSITION_{disposition.name}"
                ),
                reason=reason,
            )


def _write_step(key: OrderKey, before: Lifecycle, after: Lifecycle, reason: str) -> Message:
    message = events_pb2.WorkOrderStateChanged(
        order=write_order_key(key), to=write_lifecycle(after), reason=reason
    )
    # `from` is a word of Python's.
    setattr(message, "from", write_lifecycle(before))
    return message
