"""Opening stock of a plant that already runs: what lay there before anything was moved here."""

from dataclasses import dataclass, field
from hashlib import sha256

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import MovementType

REASON = "opening balance"


@dataclass(frozen=True, slots=True)
class Counted:
    """So much lay at a place at `as_of`; `given` as it was counted, where that was another unit.

    Raises InvalidError naming the column.
    """

    place: Place
    quantity: Quantity
    as_of: Instant
    given: Quantity | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Nothing is missing from stock that lies there, and nobody counts what is on its way."""
        if self.quantity.value < 0:
            raise InvalidError(
                f"{self.quantity} cannot lie there",
                code="negative_stock",
                field="quantity",
                hint="0 where nothing is left",
            )
        if self.place.status is Status.IN_TRANSIT:
            raise InvalidError(
                "stock on its way lies nowhere",
                code="wrong_status",
                field="status",
                hint="let the receiving plant receive it",
            )


@dataclass(frozen=True, slots=True)
class Opening:
    """What was counted, in the item's base unit, and what was moved here `before` it was.

    `times` counts the movements that opened it; there is none for what is moved by nothing.
    """

    counted: Counted
    before: Quantity
    times: int = 0

    @property
    def moved(self) -> Quantity:
        """What opening movements have added in all."""
        return self.counted.quantity - self.before

    def correct(self, known: "Opening | None") -> tuple["Opening", Movement | None]:
        """This instead of the `known` one: what has to be moved, and the opening then."""
        missing = self.moved - known.moved if known else self.moved
        times = known.times if known else 0
        if not missing.value:
            return Opening(self.counted, self.before, times), None
        opened = Opening(self.counted, self.before, times + 1)
        return opened, _movement(self.counted, missing, times + 1)


def _movement(counted: Counted, quantity: Quantity, times: int) -> Movement:
    place = counted.place
    name = sha256("\x1f".join((*place.lot, *place[1:])).encode()).hexdigest()[:24]
    return Movement(
        reference=Reference(place.lot.plant, f"opening/{name}/{times}"),
        type=MovementType.OPENING_BALANCE,
        place=place,
        quantity=quantity,
        occurred_at=counted.as_of,
        reason=REASON,
    )
