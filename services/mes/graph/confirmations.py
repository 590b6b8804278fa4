"""What the floor reported of an order, and what was taken back of it."""

from datetime import datetime
from typing import Self

import strawberry

from services.kit import quantity as measured
from services.kit.clock import Instant
from services.kit.graph import Quantity
from services.mes.domain import confirmation as domain
from services.mes.domain.reversal import State, state_of

strawberry.enum(
    State, name="ConfirmationState", description="Where a confirmation stands; none is deleted."
)


@strawberry.type(description="Material that a confirmation consumed or returned.")
class ConfirmedMaterial:
    """`lot_no` is null where the item is not kept in lots."""

    item_no: str
    lot_no: str | None
    quantity: Quantity
    backflushed: bool = strawberry.field(description="Booked by itself, for what was made.")

    @classmethod
    def of(cls, one: domain.Consumption) -> Self:
        """Wrap a domain consumption."""
        return cls(
            item_no=one.item_no,
            lot_no=one.lot_no or None,
            quantity=Quantity.of(one.quantity),
            backflushed=one.backflushed,
        )


@strawberry.type(description="An amount as it was reported; see docs/adr/0025.")
class GivenAmount:
    """What stands where in the report."""

    path: str = strawberry.field(description='Such as "yield" or "consumed[0].quantity".')
    quantity: Quantity


@strawberry.type(description="A report of the floor. What takes another back has negative amounts.")
class Confirmation:
    """Quantities of output share the order's unit."""

    confirmation_no: int = strawberry.field(description="Gap-free within the order.")
    operation: int = strawberry.field(description="Sequence; 0 where the order has no routing.")
    state: State
    reverses: int | None = strawberry.field(description="The number that this one takes back.")
    reversed_by: int | None = strawberry.field(description="The number that took this one back.")
    reason: str | None = strawberry.field(description="Why it takes another back.")
    output: Quantity = strawberry.field(
        description="Yield of the last operation; of one before, what it handed on."
    )
    stocked: Quantity | None = strawberry.field(
        description="The yield in the item's base unit, where the order counts in another."
    )
    given: list[GivenAmount] = strawberry.field(
        description="Amounts that were reported in other units than they are booked in."
    )
    scrapped: Quantity
    rework: Quantity
    lot_no: str | None
    consumed: list[ConfirmedMaterial]
    returned: list[ConfirmedMaterial]
    labour_time: Quantity | None
    machine_time: Quantity | None
    started_at: datetime | None
    ended_at: datetime | None
    operator: str | None = strawberry.field(description="A pseudonym: no name leaves the plant.")
    equipment: str | None
    final: bool
    as_of: datetime = strawberry.field(description="When it happened.")

    @classmethod
    def of(cls, booked: domain.Booked) -> Self:
        """Wrap a booked confirmation."""
        report, effort = booked.report, booked.report.effort
        return cls(
            confirmation_no=booked.no,
            operation=report.operation,
            state=state_of(booked),
            reverses=booked.reverses or None,
            reversed_by=booked.reversed_by or None,
            reason=booked.reason or None,
            output=Quantity.of(report.output),
            stocked=_amount(report.stocked),
            given=[
                GivenAmount(path=path, quantity=Quantity.of(one))
                for path, one in report.given.items()
            ],
            scrapped=Quantity.of(report.scrapped),
            rework=Quantity.of(report.rework),
            lot_no=report.lot_no or None,
            consumed=[ConfirmedMaterial.of(one) for one in report.consumed],
            returned=[ConfirmedMaterial.of(one) for one in report.returned],
            labour_time=_amount(effort.labour),
            machine_time=_amount(effort.machine),
            started_at=_moment(effort.started_at),
            ended_at=_moment(effort.ended_at),
            operator=effort.operator or None,
            equipment=report.equipment or None,
            final=report.final,
            as_of=report.occurred_at.moment,
        )


def _amount(quantity: measured.Quantity | None) -> Quantity | None:
    return None if quantity is None else Quantity.of(quantity)


def _moment(instant: Instant | None) -> datetime | None:
    return None if instant is None else instant.moment
