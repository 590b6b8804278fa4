"""A sales or purchase order as an adapter read it: names are ours, codes are the ERP's.

A day is the plant's own. Where the ERP says a moment instead, its day at the plant is meant.
"""

from dataclasses import dataclass
from datetime import date, datetime

Day = date | datetime | None


@dataclass(frozen=True, slots=True)
class DueDocument:
    """A part of a line; amounts are decimal strings in the line's unit."""

    ordered: str
    confirmed: str = "0"
    requested: Day = None
    promised: Day = None


@dataclass(frozen=True, slots=True)
class AllocationDocument:
    """So much of a lot; `unit` is the ERP's code."""

    lot_no: str
    amount: str
    unit: str


@dataclass(frozen=True, slots=True)
class PriceDocument:
    """`amount` for `per` of `unit`."""

    amount: str
    per: str
    unit: str


@dataclass(frozen=True, slots=True)
class CommercialLineDocument:
    """An item, at the plant that delivers or receives it; `unit` and `ship_to` are codes."""

    plant: str
    line_no: int
    item_no: str
    amount: str
    unit: str
    schedule: tuple[DueDocument, ...] = ()
    partner_item: str = ""
    ship_to: str = ""
    price: PriceDocument | None = None
    allocations: tuple[AllocationDocument, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class CommercialDocument:
    """An order for one or several plants. `partner` and `statuses` are codes, as_of the ERP's time.

    `statuses` are all that hold at once; `version` is the ERP's own.
    """

    order_no: str
    partner: str
    statuses: tuple[str, ...]
    version: str
    as_of: datetime
    lines: tuple[CommercialLineDocument, ...]
    currency: str = ""
    reference: str = ""
    ordered_on: Day = None
