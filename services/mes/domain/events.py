"""What others are told of; each commits with the rows it tells of."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.mes.domain.confirmation import Booked
from services.mes.domain.genealogy import Edge
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.lot import Lot
from services.mes.domain.lot_operation import LotOperation
from services.mes.domain.lot_state import LotDisposition, LotQuality
from services.mes.domain.order import WorkOrder
from services.mes.domain.voiding import Void


@dataclass(frozen=True, slots=True)
class WorkOrderCreated:
    """A work order was taken over."""

    order: WorkOrder


@dataclass(frozen=True, slots=True)
class WorkOrderOpened:
    """How far an order was when its plant was taken over; nobody posts what it had made."""

    order: WorkOrder


@dataclass(frozen=True, slots=True)
class WorkOrderStateChanged:
    """The lifecycle went on."""

    key: OrderKey
    before: Lifecycle
    after: Lifecycle
    reason: str


@dataclass(frozen=True, slots=True)
class OperationConfirmed:
    """The floor reported; `item_no` is that of the yield."""

    booked: Booked
    item_no: str


@dataclass(frozen=True, slots=True)
class ConfirmationReversed:
    """`booked` took `taken` back; `item_no` is that of the yield."""

    booked: Booked
    taken: Booked
    item_no: str


@dataclass(frozen=True, slots=True)
class LotProduced:
    """A lot came into being, born held if `lot.holds` says so."""

    lot: Lot
    order: OrderKey


@dataclass(frozen=True, slots=True)
class HoldsInherited:
    """A lot is held because something it was made of is."""

    lot: LotKey
    holds: Sequence[Hold]


@dataclass(frozen=True, slots=True)
class LotCaught:
    """A lot that was there came under the scope of a hold, by a confirmation of `order` if any."""

    hold: Hold
    order: OrderKey | None


@dataclass(frozen=True, slots=True)
class LotOperated:
    """Lots were handled outside of orders; `lots` are those touched, as they are then."""

    operation: LotOperation
    edges: Sequence[Edge]
    lots: Sequence[Lot]


@dataclass(frozen=True, slots=True)
class LotOperationVoided:
    """It was in error; `lots` are those it had touched."""

    void: Void
    lots: Sequence[Lot]


@dataclass(frozen=True, slots=True)
class LotStatusChanged:
    """Quality's opinion of it, or what may be done with it."""

    lot: Lot
    quality_before: LotQuality
    disposition_before: LotDisposition
    reason: str


@dataclass(frozen=True, slots=True)
class GenealogyOpened:
    """What a lot was made of, before its plant was taken over."""

    lot: Lot
    edges: Sequence[Edge]


LotFact = (
    LotProduced
    | HoldsInherited
    | LotCaught
    | LotOperated
    | LotOperationVoided
    | LotStatusChanged
    | GenealogyOpened
)
OrderFact = (
    WorkOrderCreated
    | WorkOrderOpened
    | WorkOrderStateChanged
    | OperationConfirmed
    | ConfirmationReversed
)
Fact = OrderFact | LotFact


def key_of(fact: Fact) -> OrderKey | LotKey:
    """What a fact belongs to; facts of one order, or of one lot, keep their order."""
    match fact:
        case WorkOrderCreated(order) | WorkOrderOpened(order):
            return order.key
        case WorkOrderStateChanged(key):
            return key
        case OperationConfirmed(booked) | ConfirmationReversed(booked):
            return booked.report.order
        case LotProduced():
            return fact.order
        case HoldsInherited(lot):
            return lot
        case LotCaught(hold, order):
            return order or hold.lot
        case LotStatusChanged(lot) | GenealogyOpened(lot):
            return lot.key
    return fact.lots[0].key
