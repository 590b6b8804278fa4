"""A hold of quality's that names no lots: whatever comes to fall under it is held as it does."""

from dataclasses import dataclass
from datetime import date, datetime

from services.mes.domain.hold import EVERYTHING, Block


@dataclass(frozen=True, slots=True)
class Scope:
    """Of one hold the highest version counts. It is one of four; the others' parts are empty.

    Lots of an order; of an item, by day; made on equipment or a part of it, by time; of a supplier,
    or maker, by his number. A range without an end is open.
    """

    hold_no: str
    plant: str
    active: bool
    version: int
    blocks: frozenset[Block] = EVERYTHING
    order_no: str = ""
    item_no: str = ""
    first_day: date | None = None
    last_day: date | None = None
    equipment: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    party: str = ""
    supplier_lot: str = ""
