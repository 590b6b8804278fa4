"""Who stock came from and who it goes to: where the genealogy of a plant begins and ends."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.errors import InvalidError
from services.wms.domain.rules import MovementType

RECEIPTS = frozenset(
    {
        MovementType.RECEIPT_PURCHASE,
        MovementType.RECEIPT_GR_BLOCKED,
        MovementType.RECEIPT_VALUATED,
    }
)
DELIVERIES = frozenset({MovementType.ISSUE_TO_DELIVERY})


@dataclass(frozen=True, slots=True)
class Origin:
    """Of a receipt: a supplier, as its papers say. "" and None say nothing."""

    supplier: str = ""
    supplier_lot: str = ""
    manufacturer: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    expiry_at: datetime | None = None
    purchase_order_no: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Of an issue to a delivery: a customer, who is not told where that is `withheld`.

    "" says nothing.
    """

    shipment_no: str = ""
    customer: str = ""
    sales_order_no: str = ""
    withheld: bool = False

    def told(self, *, customer: bool) -> "Destination":
        """With its customer, or without; of what went to nobody there is nothing to withhold."""
        if customer or self == NOBODY:
            return self
        return replace(self, customer="", withheld=True)


NOWHERE, NOBODY = Origin(), Destination()


def check_trade(type: MovementType, origin: Origin, destination: Destination) -> None:
    """Raises InvalidError naming what the type has none of; a reversal repeats, or says nothing."""
    if type is MovementType.REVERSAL:
        return
    for field, given, types in (
        ("received_from", origin != NOWHERE, RECEIPTS),
        ("shipped_to", destination != NOBODY, DELIVERIES),
    ):
        if given and type not in types:
            raise InvalidError(
                f"a {type} has no such papers",
                code="bad_trade",
                field=field,
                hint=f"it goes with {', '.join(sorted(types))}",
            )
