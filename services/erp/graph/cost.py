"""What an order costs, for those who may see it."""

from typing import Self

import strawberry

from services.erp.domain.booking import Role
from services.erp.domain.settlement import VARIANCES, OrderValue


@strawberry.type(
    description="An order in money, at standard cost. Without the right to see costs everything"
    " but `withheld` is null; amounts are null too while nothing is booked."
)
class OrderCost:
    """Amounts are decimals with all of the currency's decimals."""

    withheld: bool = strawberry.field(description="You may not see costs.")
    currency: str | None = strawberry.field(default=None, description="ISO 4217.")
    wip: str | None = strawberry.field(
        default=None, description="In work: issued less received; 0 once the order is settled."
    )
    variance: str | None = strawberry.field(
        default=None, description="What settlements took from WIP; positive = dearer than standard."
    )
    usage_variance: str | None = None
    scrap_variance: str | None = None
    rounding: str | None = None
    parked: int | None = strawberry.field(
        default=None, description="Documents that wait for finance and are not in the amounts."
    )

    @classmethod
    def of(cls, value: OrderValue, parked: int) -> Self:
        """For those who may see it."""
        if not value.currency:
            return cls(withheld=False, parked=parked)
        return cls(
            withheld=False,
            currency=value.currency,
            wip=value.text(Role.WIP),
            variance=value.text(*VARIANCES),
            usage_variance=value.text(Role.USAGE_VARIANCE),
            scrap_variance=value.text(Role.SCRAP_VARIANCE),
            rounding=value.text(Role.ROUNDING),
            parked=parked,
        )
