"""Movements by the dice, and an account of its own of what they must leave."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from services.wms.domain.keys import LotKey
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import RULES, MovementType, Part
from services.wms.domain.target import SAME, Target
from tests.unit.wms.moves import BOX, CRATE, PALLET, move, take_back

T = MovementType
NAMES = [f"ITEM{n % 5}/L{n}" for n in range(25)]
PLANTS = {"lyon": "oslo", "oslo": "lyon"}
NEXT = {"": "A", "A": "B", "B": ""}
UNITS = (BOX, CRATE, PALLET)
ARRIVING = (Status.UNRESTRICTED, Status.QUALITY, Status.BLOCKED)
GAINS = {
    T.RECEIPT_PURCHASE,
    T.RECEIPT_GR_BLOCKED,
    T.RECEIPT_VALUATED,
    T.RECEIPT_PRODUCTION,
    T.RECEIPT_BYPRODUCT,
    T.RETURN_FROM_ORDER,
    T.RETURN_FROM_CUSTOMER,
    T.COUNT_ADJUST,
    T.OPENING_BALANCE,
}
SIGNED = (T.COUNT_ADJUST, T.OPENING_BALANCE)
LOSES = {T.ISSUE_TO_ORDER, T.ISSUE_TO_DELIVERY, T.RETURN_TO_SUPPLIER, T.SCRAP}
STATUS = {
    T.RELEASE_FROM_QUALITY: Status.UNRESTRICTED,
    T.UNRESTRICTED_TO_QUALITY: Status.QUALITY,
    T.QUALITY_TO_BLOCKED: Status.BLOCKED,
    T.BLOCKED_TO_QUALITY: Status.QUALITY,
    T.BLOCK: Status.BLOCKED,
    T.UNBLOCK: Status.UNRESTRICTED,
    T.RESTRICT: Status.RESTRICTED,
    T.UNRESTRICT: Status.UNRESTRICTED,
}
PACKING = {T.PACK, T.UNPACK}
"""Units have their own tests in the service: they want to be built first."""


class Chance:
    """`left` is in kilograms by place; `reversals` counts what was taken back."""

    def __init__(self, seed: int, prefix: str = "", *, packing: bool = False) -> None:
        self.left: dict[Place, int] = {}
        self.reversals = 0
        self.total: Counter[LotKey] = Counter()
        """By lot: received less what left it."""
        self.drawn: Counter[MovementType] = Counter()
        self._types = [
            one for one in T if one is not T.REVERSAL and (packing or one not in PACKING)
        ]
        self._dice = random.Random(seed)
        self._prefix = f"{prefix}{seed}."
        self._count = 0
        self._standing: list[Movement] = []

    def batch(self, size: int) -> list[Movement]:
        """None of them takes what is not there, a fifth takes back what stands."""
        return list(islice(self._draw(), size))

    def filled(self) -> dict[Place, int]:
        """Places that are not empty."""
        return {place: amount for place, amount in self.left.items() if amount}

    def _draw(self) -> Iterator[Movement]:
        while True:
            self._count += 1
            reference = f"{self._prefix}{self._count}"
            if self._standing and self._dice.random() < 0.2:
                place = self._dice.randrange(len(self._standing))
                original = self._standing[place]
                if self._post(original, -1):
                    self._standing[place] = self._standing[-1]
                    self._standing.pop()
                    self.reversals += 1
                    yield take_back(reference, original)
            elif self._post(one := self._any(reference), 1):
                self._standing.append(one)
                self.drawn[one.type] += 1
                yield one

    def _any(self, reference: str) -> Movement:
        type = self._dice.choice(self._types)
        sign = self._dice.choice((1, -1)) if type in SIGNED else 1
        rule, location = RULES[type], self._dice.choice(list(NEXT))
        plant = self._dice.choice(list(PLANTS))
        said: dict[str, Any] = {"location": location, "plant": plant}
        if Part.LOCATION in rule.changes:
            said["to_location"] = NEXT[location]
        if Part.OWNER in rule.changes or self._dice.random() < 0.1:
            said["owner"] = "MILL"
        if type is T.UNPACK:
            said["hu"] = self._dice.choice(UNITS)
        if (to := self._target(type, plant)) != SAME:
            said["to"] = to
        amount, name = str(sign * self._dice.randint(1, 30)), self._dice.choice(NAMES)
        return move(reference, type, amount, name, status=self._dice.choice(rule.status), **said)

    def _target(self, type: MovementType, plant: str) -> Target:
        rule = RULES[type]
        return Target(
            plant=PLANTS[plant] if Part.PLANT in rule.changes else "",
            lot_no=self._dice.choice(("X", "Y", "Z")) if type is T.RELABEL else "",
            status=self._dice.choice(rule.into) if len(rule.into) > 1 else None,
            hu=self._dice.choice(UNITS) if type is T.PACK else "",
        )

    def _post(self, one: Movement, way: int) -> bool:
        """By hand, without the effect that the domain computes."""
        change = way * int(one.quantity.value) * (1 if one.type in GAINS else -1)
        after = {one.place: self.left.get(one.place, 0) + change}
        if one.type not in GAINS | LOSES:
            there = _other_side(one)
            after[there] = self.left.get(there, 0) - change
        if any(amount < 0 for amount in after.values()):
            return False
        for place, amount in after.items():
            self.total[place.lot] += amount - self.left.get(place, 0)
        self.left |= after
        return True


def _other_side(one: Movement) -> Place:
    here, to = one.place, one.to
    match one.type:
        case T.TRANSFER_LOCATION:
            return here._replace(location=one.to_location)
        case T.TRANSFER_PLANT:
            lot = here.lot._replace(plant=to.plant)
            return here._replace(lot=lot, location=one.to_location)
        case T.TRANSFER_PLANT_OUT:
            lot = here.lot._replace(plant=to.plant)
            return Place(lot, "", Status.IN_TRANSIT, here.owner, here.hu)
        case T.TRANSFER_PLANT_IN:
            return here._replace(location=one.to_location, status=Status.UNRESTRICTED)
        case T.RELABEL:
            return here._replace(lot=here.lot._replace(lot_no=to.lot_no))
        case T.TAKE_OVER:
            return here._replace(owner="")
        case T.PACK | T.UNPACK:
            return here._replace(hu=to.hu)
        case type:
            return here._replace(status=to.status or STATUS[type])
