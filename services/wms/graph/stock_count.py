"""Counts of stock: what was found, beside what the books said."""

from datetime import datetime
from decimal import Decimal
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.kit.quantity import Quantity as Amount
from services.wms.domain import stock_count as domain
from services.wms.graph.movement import StockPlace

strawberry.enum(domain.State, name="StockCountState", description="How far a count is.")


@strawberry.type(description="One place of a count.")
class StockCountLine:
    """Amounts are null before it was counted."""

    place: StockPlace
    book: Quantity | None = strawberry.field(description="By the books, when it was counted last.")
    counted: Quantity | None
    difference: Quantity | None = strawberry.field(
        description="What the books lack; negative where they have too much."
    )
    times: int = strawberry.field(description="How often it was counted.")
    counted_by: str | None

    @classmethod
    def of(cls, line: domain.Line) -> Self:
        """Wrap a domain line."""
        return cls(
            place=StockPlace.of(line.place),
            book=_amount(line.book),
            counted=_amount(line.counted),
            difference=_amount(line.difference),
            times=line.times,
            counted_by=line.by or None,
        )


@strawberry.type(description="A count of stock (physical inventory).")
class StockCount:
    """By its number, unique within the plant."""

    count_no: str
    plant: str
    state: domain.State
    tolerance_percent: Decimal = strawberry.field(description="A first count may be off by it.")
    lines: list[StockCountLine]
    as_of: datetime

    @classmethod
    def of(cls, one: domain.StockCount) -> Self:
        """Wrap a domain count."""
        return cls(
            count_no=one.key.no,
            plant=one.key.plant,
            state=one.state,
            tolerance_percent=one.tolerance,
            lines=[StockCountLine.of(line) for line in one.lines.values()],
            as_of=one.as_of,
        )


def _amount(quantity: Amount | None) -> Quantity | None:
    return None if quantity is None else Quantity.of(quantity)
