"""Movements by the dice, and an account of its own of what they must leave."""

import random
from collections.abc import Iterator
from itertools import islice

from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.rules import RULES, MovementType
from tests.unit.wms.moves import move, take_back

NAMES = [f"ITEM{n % 5}/L{n}" for n in range(25)]
TYPES = [one for one in MovementType if one is not MovementType.REVERSAL]
NEXT = {"": "A", "A": "B", "B": ""}


class Chance:
    """`left` is in kilograms by place; `reversals` counts what was taken back."""

    def __init__(self, seed: int, prefix: str = "") -> None:
        self.left: dict[Place, int] = {}
        self.reversals = 0
        self._dice = random.Random(seed)
        self._prefix = f"{prefix}{seed}."
        self._drawn = 0
        self._standing: list[Movement] = []

    def batch(self, size: int) -> list[Movement]:
        """None of them takes what is not there, a fifth takes back what stands."""
        return list(islice(self._draw(), size))

    def filled(self) -> dict[Place, int]:
        """Places that are not empty."""
        return {place: amount for place, amount in self.left.items() if amount}

    def _draw(self) -> Iterator[Movement]:
        while True:
            self._drawn += 1
            reference = f"{self._prefix}{self._drawn}"
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
                yield one

    def _any(self, reference: str) -> Movement:
        type = self._dice.choice(TYPES)
        sign = self._dice.choice((1, -1)) if type is MovementType.COUNT_ADJUST else 1
        location = self._dice.choice(list(NEXT))
        return move(
            reference,
            type,
            str(sign * self._dice.randint(1, 30)),
            self._dice.choice(NAMES),
            status=self._dice.choice(RULES[type].status),
            location=location,
            to_location=NEXT[location] if RULES[type].relocates else "",
        )

    def _post(self, one: Movement, way: int) -> bool:
        """By hand, without the effect that the domain computes."""
        rule = one.rule
        change = way * int(one.quantity.value) * (1 if rule.adds else -1)
        after = {one.place: self.left.get(one.place, 0) + change}
        if rule.into or rule.relocates:
            location = one.to_location if rule.relocates else one.place.location
            there = Place(one.lot, location, rule.into or one.place.status)
            after[there] = self.left.get(there, 0) - change
        if any(amount < 0 for amount in after.values()):
            return False
        self.left |= after
        return True
