"""What lines of sales and purchase orders have in common in the graph."""

from datetime import date
from decimal import Decimal
from typing import Self

import strawberry

from services.erp.domain import commercial, price
from services.kit.graph import Quantity


@strawberry.type(description="So much money, in the order's currency, for so many.")
class OrderPrice:
    """As the ERP says it."""

    amount: Decimal = strawberry.field(
        description="It may have more decimals than the currency has."
    )
    per: Quantity

    @classmethod
    def of(cls, said: price.Price | None) -> Self | None:
        """Null where the line has none."""
        return cls(amount=said.amount, per=Quantity.of(said.per)) if said else None


@strawberry.type(description="A part of a line; the days are the plant's business dates.")
class OrderDue:
    """As the ERP says it."""

    ordered: Quantity
    confirmed: Quantity = strawberry.field(description="What is promised of it.")
    requested: date | None
    promised: date | None

    @classmethod
    def of(cls, due: commercial.Due) -> Self:
        """Wrap a part of a line."""
        return cls(
            ordered=Quantity.of(due.ordered),
            confirmed=Quantity.of(due.confirmed),
            requested=due.requested,
            promised=due.promised,
        )
