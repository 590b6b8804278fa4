"""What this service makes others do for an order: movements of stock, postings to the ERP."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.process.domain.keys import LotKey, OrderKey


class At(StrEnum):
    """Who carries an effect out."""

    WMS = "wms"
    ERP = "erp"
    MES = "mes"


class Move(StrEnum):
    """Kinds of movement, by wms's names."""

    RECEIPT_PRODUCTION = "receipt_production"
    ISSUE_TO_ORDER = "issue_to_order"
    RELEASE_FROM_QUALITY = "release_from_quality"
    QUALITY_TO_BLOCKED = "quality_to_blocked"
    SCRAP = "scrap"
    RETURN_FROM_ORDER = "return_from_order"
    REVERSAL = "reversal"


class Stock(StrEnum):
    """The side of stock a movement takes from, or puts to."""

    UNRESTRICTED = "unrestricted"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Movement:
    """Of stock of a lot, for an order; a reversal `reverses` the movement of that reference."""

    reference: str
    order: OrderKey
    move: Move
    lot: LotKey
    stock: Stock
    quantity: Quantity
    occurred_at: Instant
    reason: str = ""
    reverses: str = ""

    @property
    def at(self) -> At:
        """Who carries it out."""
        return At.WMS

    @property
    def track(self) -> str:
        """A lot waits for its own movements alone."""
        return str(self.lot)


class Kind(StrEnum):
    """Kinds of posting, by erp's names."""

    YIELD = "yield"
    CONSUMPTION = "consumption"
    SCRAP = "scrap"
    RETURN = "return"
    REVERSAL = "reversal"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Line:
    """So much of an item."""

    item_no: str
    lot_no: str
    quantity: Quantity
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """A document for the ERP, of confirmation `number`; a reversal `reverses` that reference."""

    reference: str
    order: OrderKey
    number: int
    kind: Kind
    lines: tuple[Line, ...]
    occurred_at: Instant
    reverses: str = ""

    @property
    def at(self) -> At:
        """Who carries it out."""
        return At.ERP

    @property
    def track(self) -> str:
        """Postings of an order are accepted in order."""
        return "erp"


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a work order whose last confirmation is `last`."""

    reference: str
    order: OrderKey
    last: int

    @property
    def at(self) -> At:
        """Who carries it out."""
        return At.MES

    @property
    def track(self) -> str:
        """It waits for nothing: it is planned when nothing waits."""
        return "close"


Effect: TypeAlias = Movement | Posting | Closing


@dataclass(frozen=True, slots=True)
class Planned:
    """An effect that is not confirmed yet, and on whose behalf it happens."""

    effect: Effect
    actor: str
