"""What an ERP says it has, in its own codes, and the same in ours."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from services.kit.errors import ConflictError
from services.kit.measures import ItemLot
from services.kit.quantity import Quantity

T = TypeVar("T")


class StockClass(StrEnum):
    """As far as ERPs tell stock apart; ANY where one does not."""

    ANY = "any"
    UNRESTRICTED = "unrestricted"
    QUALITY = "quality"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class StockRow:
    """Of an item and lot ("" for none); `amount` is a decimal string, `unit` the ERP's code."""

    item_no: str
    lot_no: str
    amount: str
    unit: str
    status: StockClass = StockClass.ANY

    @property
    def goods(self) -> ItemLot:
        """What it is wherever it is."""
        return ItemLot(self.item_no, self.lot_no)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """What was delivered for an order that is not closed there."""

    order_no: str
    item_no: str
    amount: str
    unit: str

    @property
    def goods(self) -> ItemLot:
        """An order may have made several lots: the item as such."""
        return ItemLot(self.item_no)


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """A part of what an ERP has at `as_of`, its time; `next` asks for the part behind, "" = all."""

    rows: tuple[T, ...]
    as_of: datetime
    next: str = ""


@dataclass(frozen=True, slots=True)
class Theirs(Generic[T]):
    """A row with its quantity in our words; None, and the code of the `problem`, where it has none.

    The item's base unit where the item is known here.
    """

    row: T
    quantity: Quantity | None
    problem: str = ""


def not_readable(erp: str, what: str) -> ConflictError:
    """The refusal of an ERP that cannot be asked."""
    return ConflictError(
        f"{erp} cannot be asked for {what}",
        code="not_readable",
        hint="this plant is reconciled by what that ERP prints",
    )
