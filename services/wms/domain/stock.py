"""Stock while a batch moves it: balances that cannot be overdrawn, holds that cannot be passed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.kit.errors import ConflictError, located
from services.kit.quantity import Quantity, add, subtract
from services.wms.domain.demand import (
    NOTHING,
    Demand,
    Reservation,
    ReservationKey,
    Use,
    open_for,
)
from services.wms.domain.hold import Block, Restraint
from services.wms.domain.keys import LotKey, Reference
from services.wms.domain.movement import Effect, Movement
from services.wms.domain.place import Place


@dataclass(frozen=True, slots=True)
class Balance:
    """How much is at a place and how much of it is promised; `as_of` is when it last changed."""

    place: Place
    quantity: Quantity
    as_of: datetime
    reserved: Decimal = NOTHING

    @property
    def empty(self) -> bool:
        """Nothing is there."""
        return not self.quantity.value


class Booked(NamedTuple):
    """A movement, what it did, the balances as they are after it, and the promises it used.

    A use is positive where it issued what was promised, negative where that is taken back.
    """

    movement: Movement
    effect: Effect
    balances: tuple[Balance, ...]
    uses: tuple[Use, ...] = ()


@dataclass
class Stock:
    """What was loaded for one batch, all of it locked: `holds` in force on each lot, by number.

    `lenient` names plants where issues to orders may run ahead of receipts. A place that is not in
    `balances` is empty. `reservations` are those that promise any of these places, `used` says what
    issues that may be taken back had consumed of them.
    """

    now: datetime
    holds: dict[LotKey, list[Restraint]]
    balances: dict[Place, Quantity]
    lenient: Collection[str] = ()
    reserved: dict[Place, Decimal] = field(default_factory=dict)
    reservations: Mapping[ReservationKey, Reservation] = field(default_factory=dict)
    used: dict[Reference, Sequence[Use]] = field(default_factory=dict)
    promised: dict[Place, Decimal] = field(default_factory=dict)
    """What the batch has added to `reserved`."""
    booked: list[Booked] = field(default_factory=list)

    def book(self, movement: Movement, original: Movement | None = None) -> None:
        """Carry it out; `original` is what a reversal takes back.

        Raises ConflictError when a hold forbids it or more would be taken than is there and free.
        """
        effect = original.effect.inverted() if original else movement.effect
        rule = original.rule if original else movement.rule
        stopped_by = rule.back_stopped_by if original else rule.stopped_by
        self._refuse_held(movement, effect.loser.lot, stopped_by)
        if original is None:
            self._pass_on(effect)
        uses = self._restore(original) if original else self._consume(movement)
        ahead = movement.rule.runs_ahead and movement.lot.plant in self.lenient
        with located("quantity"):
            after = dict(self._shift(effect.legs(), ahead=ahead))
        self.balances |= after
        self.used[movement.reference] = uses
        self.booked.append(Booked(movement, effect, tuple(map(self._balance, after)), uses))

    def _balance(self, place: Place) -> Balance:
        reserved = self.reserved.get(place, NOTHING)
        return Balance(place, self.balances[place], self.now, reserved)

    def _consume(self, movement: Movement) -> tuple[Use, ...]:
        if not movement.rule.promised:
            return ()
        order = movement.rule.of_order
        demand = Demand(movement.order_no) if order else Demand("", movement.delivery_no)
        missing, uses = movement.quantity.value, []
        for one in open_for(self.reservations.values(), demand, movement.place):
            amount = one.consume(movement.place, missing)
            missing = subtract(missing, amount)
            if amount:
                uses.append(Use(one.key, amount))
        self._promise(movement.place, subtract(missing, movement.quantity.value))
        return tuple(uses)

    def _restore(self, original: Movement) -> tuple[Use, ...]:
        uses, place = self.used.get(original.reference, ()), original.place
        for use in uses:
            there = add(self.balances[place].value, original.quantity.value)
            free = max(subtract(there, self.reserved.get(place, NOTHING)), NOTHING)
            self._promise(
                place, self.reservations[use.key].restore(place, use.amount, min(use.amount, free))
            )
        return tuple(Use(use.key, use.amount.copy_negate()) for use in uses)

    def _promise(self, place: Place, change: Decimal) -> None:
        if change:
            self.reserved[place] = add(self.reserved.get(place, NOTHING), change)
            self.promised[place] = add(self.promised.get(place, NOTHING), change)

    def _shift(
        self, legs: Iterable[tuple[Place, Quantity]], *, ahead: bool
    ) -> Iterable[tuple[Place, Quantity]]:
        for place, change in legs:
            before = self.balances.get(place) or Quantity.zero(change.unit)
            after, promised = before + change, self.reserved.get(place, NOTHING)
            if change.value < 0 and after.value < promised and (promised or not ahead):
                raise _insufficient(place, before, -change, Quantity(promised, change.unit))
            yield place, after

    def _pass_on(self, effect: Effect) -> None:
        """What it becomes is held by what holds it, for the rest of the batch too."""
        source, target = effect.here.lot, effect.there and effect.there.lot
        if target and target != source:
            self.holds[target] = [*self.holds[target], *self.holds[source]]

    def _refuse_held(self, movement: Movement, lot: LotKey, by: frozenset[Block]) -> None:
        if holds := sorted({one.hold_no for one in self.holds[lot] if one.blocks & by}):
            raise ConflictError(
                f"lot {lot} is held by {', '.join(holds)}: no {movement.type}",
                code="lot_held",
                field="stock.lot_no",
                hint="take another lot, or have quality release this one and send the same again",
            )


def _insufficient(
    place: Place, there: Quantity, wanted: Quantity, promised: Quantity
) -> ConflictError:
    found = str(there) if there.value > 0 else "nothing"
    if there.value >= wanted.value:
        return ConflictError(
            f"{place.lot.plant} has {found} of {place}, of which {promised} are reserved",
            code="stock_reserved",
            field="value",
            hint="take it for the order or delivery it is reserved for, or release the reservation",
        )
    return ConflictError(
        f"{place.lot.plant} has {found} of {place}, not {wanted}",
        code="insufficient_stock",
        field="value",
        hint=f"receive or count the missing {wanted - there}, then send the same again",
    )
