"""Sales and purchase orders as the ERP knows them, as far as they concern a plant."""

from dataclasses import dataclass
from datetime import date, datetime

from services.erp.domain.keys import CommercialKey
from services.erp.domain.money import minor_digits
from services.erp.domain.news import is_news
from services.erp.domain.order import Extent
from services.erp.domain.price import Price
from services.erp.domain.purchase_state import PurchaseStatus
from services.erp.domain.sales_state import SalesStatus
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Due:
    """A part of a line: so much wanted by a day, so much promised for one; the plant's dates."""

    ordered: Quantity
    confirmed: Quantity
    requested: date | None = None
    promised: date | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """So much of a lot of the line's item is meant for the line."""

    lot_no: str
    quantity: Quantity

    def __post_init__(self) -> None:
        """Refuse what is no lot, or nothing of one."""
        if not self.lot_no:
            raise InvalidError("an allocation needs its lot", field="lot_no")
        if self.quantity.value <= 0:
            raise InvalidError(
                f"{self.quantity} of a lot is no allocation",
                code="not_positive",
                field="quantity.value",
            )


@dataclass(frozen=True, slots=True)
class Line:
    """An item of an order. `closed` = nothing more comes or goes: done, rejected or struck out.

    `partner_item` is what the partner calls the item. A sales line goes to the party `ship_to`, a
    purchase line to our location of that name.
    """

    line_no: int
    item_no: str
    quantity: Quantity
    schedule: tuple[Due, ...] = ()
    partner_item: str = ""
    ship_to: str = ""
    price: Price | None = None
    allocations: tuple[Allocation, ...] = ()
    closed: bool = False

    def __post_init__(self) -> None:
        """Refuse less than nothing, and more lots than the line wants."""
        if not self.item_no:
            raise InvalidError("a line needs its item", field="item_no")
        if self.quantity.value < 0:
            raise InvalidError(
                f"a line of {self.quantity} is none", code="negative", field="quantity.value"
            )
        if self.quantity < self.allocated:
            raise InvalidError(
                f"{self.allocated} are allocated to a line of {self.quantity}",
                code="over_allocated",
                field="allocations",
                hint="the ERP takes lots back from the line, or changes its quantity",
            )

    @property
    def allocated(self) -> Quantity:
        """All of its lots together, in the line's unit."""
        unit = self.quantity.unit
        return sum((one.quantity.to(unit) for one in self.allocations), Quantity.zero(unit))

    @property
    def requested(self) -> date | None:
        """The first day that something of it is wanted."""
        return min((one.requested for one in self.schedule if one.requested), default=None)

    @property
    def promised(self) -> date | None:
        """The day by which all of it that is promised will be there."""
        return max((one.promised for one in self.schedule if one.promised), default=None)


@dataclass(frozen=True, slots=True)
class CommercialOrder:
    """An order in canonical codes. `version` and `as_of` are the ERP's own.

    `partner` is the customer or supplier, `reference` their number of the order. Prices are in
    `currency`.
    """

    key: CommercialKey
    system: str
    partner: str
    status: SalesStatus | PurchaseStatus
    version: str
    as_of: datetime
    lines: tuple[Line, ...] = ()
    currency: str = ""
    reference: str = ""
    ordered_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse an order of nobody, prices in no currency, and lines that look alike."""
        if not self.partner:
            raise InvalidError("an order needs its customer or supplier", field="partner")
        if self.currency or any(line.price for line in self.lines):
            minor_digits(self.currency)
        numbers = [line.line_no for line in self.lines]
        if len(set(numbers)) < len(numbers):
            raise InvalidError("two lines have one number", code="repeated_line", field="lines")

    @property
    def allocated(self) -> Extent:
        """How much of what is open has its lots."""
        open_lines = [line for line in self.lines if not line.closed]
        if not any(line.allocated.value for line in open_lines):
            return Extent.NONE
        whole = all(line.allocated == line.quantity for line in open_lines)
        return Extent.FULL if whole else Extent.PARTIAL


def changed(known: CommercialOrder | None, new: CommercialOrder) -> bool:
    """Whether others are told; raises InvalidError when another ERP claims the number."""
    return known is None or is_news(known, new)
