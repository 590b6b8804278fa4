"""A movement of goods as the warehouse told it, as far as it touches money."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.quantity import Quantity


class StockStatus(StrEnum):
    """As wms has it."""

    UNRESTRICTED = "unrestricted"
    QUALITY = "quality"
    BLOCKED = "blocked"
    RESTRICTED = "restricted"
    IN_TRANSIT = "in_transit"
    GR_BLOCKED = "gr_blocked"
    GR_BLOCKED_VALUATED = "gr_blocked_valuated"
    RETURNS = "returns"


NOT_VALUED = frozenset({StockStatus.GR_BLOCKED, StockStatus.RETURNS})
"""On hand, and not in the books. Source: SAP movement types 103 and 651."""


class Side(NamedTuple):
    """One side of a movement; `owner` is a party's where the goods are on consignment."""

    plant: str
    item_no: str
    status: StockStatus
    owner: str = ""

    @property
    def is_valued(self) -> bool:
        """Whether what lies there is ours and in the books."""
        return not self.owner and self.status not in NOT_VALUED


class MovementKey(NamedTuple):
    """Unique; the reference is its plant's."""

    plant: str
    reference: str


@dataclass(frozen=True, slots=True)
class GoodsMovement:
    """`here` changes by `change`, `there` (where there are two sides) by the opposite.

    `type` is wms' canonical one. A reversal names in `reverses` what it takes back.
    """

    key: MovementKey
    type: str
    here: Side
    change: Quantity
    occurred_at: Instant
    there: Side | None = None
    lot_no: str = ""
    order_no: str = ""
    reverses: str = ""

    @property
    def original(self) -> MovementKey | None:
        """What a reversal takes back."""
        return MovementKey(self.key.plant, self.reverses) if self.reverses else None

    @property
    def sides(self) -> list[tuple[Side, int]]:
        """Each side that is in the books, and the sign of its change."""
        both = [(self.here, 1), *([(self.there, -1)] if self.there else [])]
        return [(side, sign) for side, sign in both if side.is_valued]
