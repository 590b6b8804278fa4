"""Stock that is promised: to whom, how much of which place, and what of it has been issued."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from services.kit.errors import ConflictError, InvalidError
from services.kit.machine import Machine
from services.kit.quantity import Quantity, add, subtract
from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place

NOTHING = Decimal(0)


class Demand(NamedTuple):
    """Whom stock is promised to: an order, or a delivery with its line."""

    order_no: str = ""
    delivery_no: str = ""


class ReservationKey(NamedTuple):
    """A reservation within its plant."""

    plant: str
    no: str


class State(StrEnum):
    """How far a reservation is."""

    OPEN = "open"
    CONSUMED = "consumed"
    RELEASED = "released"


class Command(StrEnum):
    """What happens to a reservation."""

    ISSUE = "issue"
    """The last of it left."""
    RESTORE = "restore"
    """An issue was taken back."""
    RELEASE = "release"


# What is taken back after a release is free: nobody waits for it any more.
RESERVATION = Machine(
    name="wms.reservation",
    noun="reservation",
    start=State.OPEN,
    next={
        State.OPEN: {
            Command.ISSUE: State.CONSUMED,
            Command.RESTORE: State.OPEN,
            Command.RELEASE: State.RELEASED,
        },
        State.CONSUMED: {Command.RESTORE: State.OPEN, Command.RELEASE: State.RELEASED},
        State.RELEASED: {Command.RELEASE: State.RELEASED},
    },
    final=frozenset({State.RELEASED}),
    proto="plantmesh.wms.v1.ReservationState",
    graph="ReservationState",
    source="domain-model 3.3 (InventoryBalance.reserved)",
)


class Part(NamedTuple):
    """Of what is promised at a place: what still is, and what has been issued."""

    open: Decimal
    consumed: Decimal = NOTHING


class Use(NamedTuple):
    """How much of a reservation an issue took at its place."""

    key: ReservationKey
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asks to be reserved; `lot_no` "" is any of the item that is free.

    `given` is the quantity as it was asked for, where it is kept in another unit.
    """

    key: ReservationKey
    demand: Demand
    item_no: str
    lot_no: str
    quantity: Quantity
    given: Quantity | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Raises InvalidError naming the field."""
        if bool(self.demand.order_no) == bool(self.demand.delivery_no):
            raise InvalidError(
                "stock is reserved for an order or for a delivery",
                code="demand_required",
                field="order_no",
                hint="name one of order_no and delivery_no",
            )
        if self.quantity.value <= 0:
            raise InvalidError(
                f"{self.quantity} cannot be reserved", code="not_positive", field="quantity.value"
            )

    @property
    def lot(self) -> LotKey:
        """As it is named."""
        return LotKey(self.key.plant, self.item_no, self.lot_no)


@dataclass
class Reservation:
    """An order under way, with what is promised at each place."""

    order: Order
    state: State = State.OPEN
    parts: dict[Place, Part] = field(default_factory=dict)

    @property
    def key(self) -> ReservationKey:
        """Its number within the plant."""
        return self.order.key

    def allocate(self, free: Mapping[Place, Decimal]) -> dict[Place, Decimal]:
        """Take what is wanted from `free`, in its order; what was taken.

        Raises ConflictError when that is not enough.
        """
        missing, taken = self.order.quantity.value, {}
        for place, amount in free.items():
            if missing > 0 and amount > 0:
                taken[place] = min(amount, missing)
                missing = subtract(missing, taken[place])
        if missing:
            unit = self.order.quantity.unit
            raise ConflictError(
                f"{Quantity(missing, unit)} of {self.order.quantity} of {self.order.item_no} "
                "are neither there nor free",
                code="not_available",
                field="quantity.value",
                hint="receive more, release another reservation, or reserve less",
            )
        self.parts = {place: Part(amount) for place, amount in taken.items()}
        return taken

    def consume(self, place: Place, wanted: Decimal) -> Decimal:
        """Issue up to `wanted` of what is promised at `place`; how much that was."""
        part = self.parts.get(place, Part(NOTHING))
        amount = min(part.open, wanted)
        self.parts[place] = Part(subtract(part.open, amount), add(part.consumed, amount))
        if amount and not any(one.open for one in self.parts.values()):
            self.state = RESERVATION.follow(self.state, Command.ISSUE)
        return amount

    def restore(self, place: Place, amount: Decimal, free: Decimal) -> Decimal:
        """Promise again what an issue took, as far as it is `free` there; how much that is.

        After a release that is nothing.
        """
        part = self.parts[place]
        back = NOTHING if self.state is State.RELEASED else free
        self.parts[place] = Part(add(part.open, back), subtract(part.consumed, amount))
        if back:
            self.state = RESERVATION.follow(self.state, Command.RESTORE)
        return back

    def release(self) -> dict[Place, Decimal]:
        """Free what is left; how much of each place that was."""
        self.state = RESERVATION.follow(self.state, Command.RELEASE)
        freed = {place: part.open for place, part in self.parts.items() if part.open}
        self.parts = {place: Part(NOTHING, part.consumed) for place, part in self.parts.items()}
        return freed


def open_for(
    reservations: Iterable[Reservation], demand: Demand, place: Place
) -> list[Reservation]:
    """Those that promise some of `place` to `demand`, by number."""
    found = [
        one
        for one in reservations
        if one.order.demand == demand and one.parts.get(place, Part(NOTHING)).open
    ]
    return sorted(found, key=lambda one: one.key)
