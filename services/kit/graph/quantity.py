"""A quantity as every subgraph shows it."""

from decimal import Decimal
from typing import Self

import strawberry

from services.kit import quantity


@strawberry.federation.type(shareable=True, description="An amount and its unit.")
class Quantity:
    """Shareable: each subgraph defines the same two fields."""

    value: Decimal
    unit: str = strawberry.field(description="UN/ECE Recommendation 20 code.")

    @classmethod
    def of(cls, amount: quantity.Quantity) -> Self:
        """Wrap a domain quantity."""
        return cls(value=amount.value, unit=amount.unit)
