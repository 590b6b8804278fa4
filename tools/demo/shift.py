"""What is to happen at the plant: drawn from a seed, the same every time."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from plantmesh.quality.v1 import quality_pb2

from tools.simulators.line.papers import Input, Job, Plan

PLANT, EQUIPMENT = "lyon", "lyon/hall-1/press-1"
ZONE = "Europe/Paris"
MADE, USED = "bracket", "steel"
PIECES, KILOGRAMS = "H87", "KGM"
HEATS = ("HEAT-1", "HEAT-2")
REASON, UNMAPPED_REASON = "scratched", "porous"
PER_PIECE = Decimal("1.25")
"""Kilograms of steel in a bracket."""
STOCK = Decimal(5000)
"""Kilograms of each heat, before the shift."""
CURRENCY = "EUR"
COSTS = {MADE: Decimal("3.00"), USED: Decimal("2.375")}
"""By standard, a piece and a kilogram. Steel costs what no count of pieces makes whole cents of."""
SALE, SOLD, PRICE = "80001", Decimal(10), Decimal("4.50")
"""A sales order, for so many brackets at so much each."""
BUYER, CUSTOMER = "C-100", "acme"
"""Who buys, in the ERP's words and in ours."""
_LARGEST = 60
_PER_LOT = 2

Verdict = tuple[quality_pb2.Outcome.ValueType, Decimal]
"""An outcome, and for how much."""


@dataclass(frozen=True)
class Shift:
    """Jobs in the order of their making. `verdicts` are for lots the inspector does not simply
    accept, as amounts; of `held` and `undecided` she keeps her hands off.
    """

    orders: tuple[str, ...]
    jobs: tuple[Job, ...]
    held: str
    undecided: str
    poisoned: Job
    verdicts: Mapping[str, tuple[Verdict, ...]]

    def lot(self, number: str) -> Decimal:
        """How much of it will be made."""
        return Decimal(sum(job.good for job in self.jobs if job.lot == number))

    @property
    def finished(self) -> tuple[str, ...]:
        """Orders of which nothing is left over at the end of the story."""
        left = {self.undecided, *self.verdicts}
        open_ = {job.order for job in self.jobs if job.lot in left}
        return tuple(order for order in self.orders if order not in open_)

    @property
    def pieces(self) -> int:
        """How many will be made, good or not."""
        return sum(job.good + job.scrap for job in self.jobs)

    @property
    def plan(self) -> Plan:
        """For the line."""
        return Plan(PIECES, KILOGRAMS, self.jobs)

    def ordered(self, order: str) -> Decimal:
        """What the order asks for: somewhat more than will be made."""
        return Decimal(_LARGEST * len([job for job in self.jobs if job.order == order]))


def draw_shift(orders: int = 6, runs: int = 4, seed: int = 2026) -> Shift:
    """At least three orders with at least two jobs each."""
    dice = random.Random(seed)
    numbers = tuple(f"47{11 + place}" for place in range(orders))
    poisoned, doubled = (numbers[1], runs // 2), (numbers[2], runs - 1)
    by_order = [
        [
            _job(dice, order, place, last=place == runs - 1, twist=(poisoned, doubled))
            for place in range(runs)
        ]
        for order in numbers
    ]
    # One job of each order in turn: whatever happens, it happens to all of them.
    jobs = tuple(job for turn in zip_longest(*by_order) for job in turn if job)
    mixed = by_order[1][-1].lot
    return Shift(
        orders=numbers,
        jobs=jobs,
        held=by_order[0][0].lot,
        undecided=by_order[-1][-1].lot,
        poisoned=by_order[1][runs // 2],
        verdicts={mixed: _mixed(Decimal(sum(job.good for job in jobs if job.lot == mixed)))},
    )


def _job(
    dice: random.Random,
    order: str,
    place: int,
    *,
    last: bool,
    twist: tuple[tuple[str, int], tuple[str, int]],
) -> Job:
    poisoned, doubled = twist
    scrap = dice.choice((0, 0, 1, 3))
    reason = REASON
    if (order, place) == poisoned:
        scrap, reason = 2, UNMAPPED_REASON
    good = dice.randrange(40, _LARGEST - scrap)
    return Job(
        id=f"{order}-{place + 1}",
        order=order,
        lot=f"B-{order}-{place // _PER_LOT + 1}",
        good=good,
        scrap=scrap,
        input=Input(USED, HEATS[int(order) % len(HEATS)], PER_PIECE),
        reason=reason if scrap else "",
        last=last,
        deaf=(order, place) == doubled,
    )


def _mixed(amount: Decimal) -> tuple[Verdict, ...]:
    """Most of a lot is good, some is put aside, some is scrap."""
    aside, scrap = Decimal(7), Decimal(4)
    return (
        (quality_pb2.OUTCOME_ACCEPT, amount - aside - scrap),
        (quality_pb2.OUTCOME_QUARANTINE, aside),
        (quality_pb2.OUTCOME_SCRAP, scrap),
    )
