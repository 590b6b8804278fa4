"""Stock while a batch moves it: balances that cannot be overdrawn, holds that cannot be passed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.kit.errors import ConflictError, located
from services.kit.quantity import Quantity
from services.wms.domain.keys import LotKey
from services.wms.domain.movement import Effect, Movement
from services.wms.domain.place import Place


@dataclass(frozen=True, slots=True)
class Balance:
    """How much is at a place; `as_of` is when it last changed."""

    place: Place
    quantity: Quantity
    as_of: datetime


class Booked(NamedTuple):
    """A movement, what it did, and the balances it changed, as they are after it."""

    movement: Movement
    effect: Effect
    balances: tuple[Balance, ...]


@dataclass
class Stock:
    """What was loaded for one batch, all of it locked: `holds` in force on each lot, by number.

    `lenient` names plants where issues to orders may run ahead of receipts. A place that is not in
    `balances` is empty.
    """

    now: datetime
    holds: Mapping[LotKey, Sequence[str]]
    balances: dict[Place, Quantity]
    lenient: Collection[str] = ()
    booked: list[Booked] = field(default_factory=list)

    def book(self, movement: Movement, original: Movement | None = None) -> None:
        """Carry it out; `original` is what a reversal takes back.

        Raises ConflictError when a hold forbids it or more would be taken than is there.
        """
        effect = original.effect.inverted() if original else movement.effect
        if original.rule.held_back if original else movement.rule.held:
            self._refuse_held(movement)
        ahead = movement.rule.runs_ahead and movement.lot.plant in self.lenient
        with located("quantity"):
            after = dict(self._shift(effect.legs(), ahead=ahead))
        self.balances |= after
        balances = tuple(Balance(place, left, self.now) for place, left in after.items())
        self.booked.append(Booked(movement, effect, balances))

    def _shift(
        self, legs: Iterable[tuple[Place, Quantity]], *, ahead: bool
    ) -> Iterable[tuple[Place, Quantity]]:
        for place, change in legs:
            before = self.balances.get(place) or Quantity.zero(change.unit)
            after = before + change
            if change.value < 0 and after.value < 0 and not ahead:
                raise _insufficient(place, before, -change)
            yield place, after

    def _refuse_held(self, movement: Movement) -> None:
        if holds := self.holds[movement.lot]:
            raise ConflictError(
                f"lot {movement.lot} is held by {', '.join(holds)}: no {movement.type}",
                code="lot_held",
                field="stock.lot_no",
                hint="take another lot, or have quality release this one and send the same again",
            )


def _insufficient(place: Place, there: Quantity, wanted: Quantity) -> ConflictError:
    found = str(there) if there.value > 0 else "nothing"
    return ConflictError(
        f"{place.lot.plant} has {found} of {place}, not {wanted}",
        code="insufficient_stock",
        field="value",
        hint=f"receive or count the missing {wanted - there}, then send the same again",
    )
