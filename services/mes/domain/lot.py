"""A lot: its identity, who made it, what is left of it, and the holds in force on it here."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.mes.domain.hold import Block, Restraint
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lot_state import (
    CAN_BE_USED_UP,
    CAN_EXPIRE,
    GONE,
    LOT_DISPOSITION,
    LOT_QUALITY,
    USABLE,
    DispositionCommand,
    LotDisposition,
    LotQuality,
    QualityCommand,
)


class Sought(NamedTuple):
    """Numbers that lots are looked up by, all of which hold; "" says nothing."""

    lot_no: str = ""
    supplier_lot: str = ""
    order_no: str = ""
    purchase_order_no: str = ""
    """Of a receipt of it."""
    sales_order_no: str = ""
    """Of a shipment of it."""


ANY_LOT = Sought()


@dataclass
class Lot:
    """Known from its first report on. `order_no` is "" for a lot that was bought.

    `unit` is that of its first quantity, "" before; `holds` are those in force, by number.
    `produced` is the yield of its order, `supplied` what came otherwise, None before the first;
    `spent` what is gone. Amounts may be reported late, so what was spent may exceed the rest.
    `judged` is the version of quality's last word on it.
    """

    key: LotKey
    as_of: datetime
    order_no: str = ""
    unit: str = ""
    produced: Quantity | None = None
    produced_at: datetime | None = None
    holds: dict[str, Restraint] = field(default_factory=dict)
    supplied: Quantity | None = None
    spent: Quantity | None = None
    expiry_at: datetime | None = None
    country: str = ""
    supplier_lot: str = ""
    manufacturer: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    quality: LotQuality = LotQuality.CREATED
    disposition: LotDisposition = LotDisposition.PLANNED
    version: int = 0
    judged: int = 0

    @property
    def on_hand(self) -> Quantity | None:
        """What is left of it; None while nobody reported where it came from."""
        came = self.produced
        if self.supplied is not None:
            came = self.supplied if came is None else came + self.supplied
        return came if came is None or self.spent is None else came - self.spent

    @property
    def status(self) -> LotQuality:
        """Quality's opinion; CONSUMED while nothing is left that it could be of."""
        left = self.on_hand if self.quality in CAN_BE_USED_UP else None
        return self.quality if left is None or left.value else LotQuality.CONSUMED

    def take(self, quantity: Quantity, at: datetime | None = None) -> Quantity:
        """What is consumed, in the lot's unit; `at` is when, now if not given.

        Raises ConflictError while a hold forbids it or it is not fit for use, InvalidError when the
        units do not convert.
        """
        self.require_free(Block.CONSUME)
        self.require_usable(at or self.as_of)
        return self.spend(quantity)

    def spend(self, quantity: Quantity) -> Quantity:
        """It is gone, whatever its state; in the lot's unit."""
        self.unit = self.unit or quantity.unit
        amount = quantity.to(self.unit)
        self.spent = (self.spent or Quantity.zero(self.unit)) + amount
        return amount

    def give_back(self, quantity: Quantity) -> None:
        """What was spent turned out not to be."""
        self.spent = (self.spent or Quantity.zero(self.unit)) - quantity.to(self.unit)

    def supply(self, quantity: Quantity, at: datetime) -> None:
        """It came from elsewhere than its order."""
        self.unit = self.unit or quantity.unit
        self.supplied = (self.supplied or Quantity.zero(self.unit)) + quantity.to(self.unit)
        self.as_of = at

    def take_back(self, quantity: Quantity) -> None:
        """What was supplied turned out not to be; without any it never came."""
        left = (self.supplied or Quantity.zero(self.unit)) - quantity.to(self.unit)
        self.supplied = left if left.value else None

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
            self.begin(DispositionCommand.START)
        self.as_of = at
        return first

    def command(self, command: DispositionCommand) -> None:
        """Raises ConflictError where its state forbids it."""
        self.disposition = LOT_DISPOSITION.follow(self.disposition, command)

    def hear(self, quality: LotQuality, version: int) -> bool:
        """Take quality's word, of this version, over; whether it changes anything.

        A word of before changes nothing; what is expired stays so, unless it is gone altogether.
        """
        if version <= self.judged:
            return False
        self.judged = version
        if self.quality is LotQuality.EXPIRED and quality not in GONE:
            return False
        before, self.quality = self.quality, quality
        return before is not quality

    def can_expire(self, now: datetime) -> bool:
        """Whether its time has run out and nobody has taken note."""
        due = self.expiry_at is not None and self.expiry_at <= now
        return due and self.quality in CAN_EXPIRE

    def expire(self, now: datetime) -> None:
        """Its time has run out."""
        self.quality = LOT_QUALITY.follow(self.quality, QualityCommand.EXPIRE)
        self.as_of = now

    def require_free(self, use: Block) -> None:
        """Raises ConflictError while a hold blocks this use of it."""
        if holds := sorted(no for no, hold in self.holds.items() if use in hold.blocks):
            raise ConflictError(
                f"lot {self.key} is held by {', '.join(holds)}",
                code="lot_held",
                field="lot_no",
                hint="take another lot, or have quality release this one",
            )

    def require_usable(self, at: datetime) -> None:
        """Raises ConflictError where quality or time forbid to use it at that moment."""
        if self.expiry_at and self.expiry_at <= at:
            raise ConflictError(
                f"lot {self.key} expired at {self.expiry_at.isoformat()}",
                code="lot_expired",
                field="lot_no",
                hint="take another lot, or have its expiry corrected",
            )
        if self.quality not in USABLE | {LotQuality.EXPIRED}:
            raise ConflictError(
                f"lot {self.key} is {self.quality}",
                code="lot_unusable",
                field="lot_no",
                hint="take another lot, or have quality release this one",
            )

    def begin(self, command: DispositionCommand) -> None:
        """It exists now: RESTRICT where it came from outside, to be looked at before it is used."""
        if self.disposition is LotDisposition.PLANNED:
            self.disposition = LOT_DISPOSITION.follow(self.disposition, command)

    def withdraw(self, good: Quantity, at: datetime) -> None:
        """Take a yield back; raises ConflictError when more of the lot was used than is left."""
        zero = Quantity.zero(self.unit)
        left = (self.produced or zero) - good.to(self.unit)
        spent, rest = self.spent or zero, left + (self.supplied or zero)
        if rest < spent:
            raise ConflictError(
                f"{spent} of lot {self.key} are used already, {rest} would be left of it",
                code="lot_used",
                field="reverses.confirmation_no",
                hint="reverse first the confirmations that used it",
            )
        self.produced = left
        self.as_of = at
