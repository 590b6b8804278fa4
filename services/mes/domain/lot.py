"""A lot: its identity, who made it, and the quality holds in force on it here."""

from dataclasses import dataclass, field
from datetime import datetime

from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.mes.domain.keys import LotKey, OrderKey


@dataclass(frozen=True, slots=True)
class Hold:
    """Quality's order about one lot; of one hold the highest version counts."""

    hold_no: str
    lot: LotKey
    active: bool
    version: int


@dataclass
class Lot:
    """Known from its first report on. `order_no` is "" for a lot that was bought.

    `unit` is that of its first quantity, "" before; `holds` gives the version of each active hold.
    """

    key: LotKey
    as_of: datetime
    order_no: str = ""
    unit: str = ""
    produced: Quantity | None = None
    produced_at: datetime | None = None
    holds: dict[str, int] = field(default_factory=dict)

    def take(self, quantity: Quantity) -> Quantity:
        """What is consumed, in the lot's unit.

        Raises ConflictError while a hold is active, InvalidError when the units do not convert.
        """
        if self.holds:
            raise ConflictError(
                f"lot {self.key} is held by {', '.join(sorted(self.holds))}",
                code="lot_held",
                field="lot_no",
                hint="take another lot, or have quality release this one",
            )
        self.unit = self.unit or quantity.unit
        return quantity.to(self.unit)

    def belong(self, order: OrderKey) -> None:
        """This order makes it; raises ConflictError when another one does."""
        if self.order_no not in ("", order.order_no):
            raise ConflictError(
                f"lot {self.key} belongs to order {self.order_no}",
                code="lot_of_another_order",
                field="lot_no",
                hint="give every order lots of its own; a shared one could not be traced",
            )
        self.order_no = order.order_no

    def produce(self, good: Quantity, at: datetime) -> bool:
        """Add a yield; True when it is the first, which brings the lot into being."""
        self.unit = self.unit or good.unit
        first = self.produced is None
        self.produced = (self.produced or Quantity.zero(self.unit)) + good.to(self.unit)
        if first:
            self.produced_at = at
        self.as_of = at
        return first

    def withdraw(self, good: Quantity, used: Quantity, at: datetime) -> None:
        """Take a yield back; raises ConflictError when more of the lot was `used` than is left."""
        left = (self.produced or Quantity.zero(self.unit)) - good.to(self.unit)
        if not used <= left:
            raise ConflictError(
                f"{used} of lot {self.key} are used already, {left} would be left of it",
                code="lot_used",
                field="reverses.confirmation_no",
                hint="reverse first the confirmations that used it",
            )
        self.produced = left
        self.as_of = at
