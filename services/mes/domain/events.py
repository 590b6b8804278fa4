"""What others are told of; each commits with the rows it tells of."""

from dataclasses import dataclass

from services.mes.domain.confirmation import Booked
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.lot import Lot
from services.mes.domain.order import WorkOrder


@dataclass(frozen=True, slots=True)
class WorkOrderCreated:
    """A work order was taken over."""

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


Fact = (
    WorkOrderCreated
    | WorkOrderStateChanged
    | OperationConfirmed
    | ConfirmationReversed
    | LotProduced
)


def order_of(fact: Fact) -> OrderKey:
    """The order a fact belongs to; facts of one order keep their order."""
    match fact:
        case WorkOrderCreated(order):
            return order.key
        case WorkOrderStateChanged(key):
            return key
        case OperationConfirmed(booked) | ConfirmationReversed(booked):
            return booked.report.order
    return fact.order
