"""What an ERP's own books say was posted, whatever its make."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Line:
    """So much of a lot; unit and reason in the ERP's words."""

    item: str
    quantity: Decimal
    unit: str
    lot: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Entry:
    """A document under a reference of ours, "<plant>/<order>/<n>/<kind>/<inspection>/<split>"."""

    reference: str
    order: str
    lines: tuple[Line, ...]

    @property
    def number(self) -> int:
        """Of the confirmation."""
        return int(self.reference.split("/")[2])

    @property
    def kind(self) -> str:
        """Scrap of an inspection is "disposed", the floor's own is "scrap"."""
        _, _, _, kind, *split = self.reference.split("/")
        return "disposed" if split and kind == "scrap" else kind


@dataclass(frozen=True)
class Booking:
    """A line of its general ledger: what a move of goods booked, positive in debit.

    `on_stock` or on the account of the change; `begin` says where the goods came from, `order` is
    "" where no order is behind the move.
    """

    item: str
    order: str
    begin: str
    on_stock: bool
    amount: Decimal
