"""What was made of what: edges follow from the confirmations of an order, and from nothing else.

A report that names its lot links what it consumed to that lot alone. What an order consumed without
naming a lot may be in any lot of that order, those made before and those made after: a recall must
not miss one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.keys import LotKey, OrderKey


class Direction(StrEnum):
    """Which way a trace goes."""

    BACKWARD = "backward"
    """What it was made of."""
    FORWARD = "forward"
    """What was made of it."""


class Link(NamedTuple):
    """Which edge: TRANSFORM, the one kind that production makes."""

    source: LotKey
    target: LotKey
    order: OrderKey

    def ends(self, direction: Direction) -> tuple[LotKey, LotKey]:
        """Where a step that way begins, and where it leads."""
        forward = direction is Direction.FORWARD
        return (self.source, self.target) if forward else (self.target, self.source)


class Edge(NamedTuple):
    """A link and how much of the source went through it; None where the share is not known."""

    link: Link
    quantity: Quantity | None


Taken = Sequence[tuple[LotKey, Quantity]]
"""Lots consumed, each in its own unit."""


@dataclass
class Material:
    """What one order has in hand: lots it made, and lots consumed for all of them."""

    order: OrderKey
    item_no: str
    made: set[LotKey] = field(default_factory=set)
    loose: set[LotKey] = field(default_factory=set)

    def target(self, report: Confirmation) -> LotKey | None:
        """The lot that a report makes or feeds; None when it names none."""
        if report.lot_no and (report.good.value or report.consumed):
            return LotKey(self.order.plant, self.item_no, report.lot_no)
        return None

    def weave(self, report: Confirmation, taken: Taken) -> list[Edge]:
        """The edges that a report adds; reports come in the order of their numbers."""
        target = self.target(report)
        if target is None:
            self.loose.update(lot for lot, _ in taken)
            return [
                Edge(Link(lot, made, self.order), None)
                for lot, _ in taken
                for made in sorted(self.made)
            ]
        self.made.add(target)
        named = [Edge(Link(lot, target, self.order), quantity) for lot, quantity in taken]
        shared = [Edge(Link(lot, target, self.order), None) for lot in sorted(self.loose)]
        return named + shared


def merge(edges: Iterable[Edge]) -> list[Edge]:
    """One edge a link, in the order of the links, quantities added where they are known."""
    sums: dict[Link, Quantity | None] = {}
    for link, quantity in edges:
        known = sums.get(link)
        sums[link] = known + quantity if known and quantity else known or quantity
    return [Edge(link, sums[link]) for link in sorted(sums)]


class Paths:
    """The steps that edges allow in one direction."""

    def __init__(self, edges: Iterable[Edge], direction: Direction) -> None:
        self._steps: defaultdict[LotKey, list[LotKey]] = defaultdict(list)
        for link, _ in edges:
            here, there = link.ends(direction)
            self._steps[here].append(there)

    def walk(self, start: LotKey) -> list[LotKey]:
        """Everything that can be reached, nearest first, each once, `start` left out."""
        reached = [start]
        known = {start}
        for lot in reached:
            new = [there for there in self._steps.get(lot, ()) if there not in known]
            known.update(new)
            reached.extend(dict.fromkeys(new))
        return reached[1:]


def refuse_cycle(lot: LotKey, source: LotKey) -> ConflictError:
    """The refusal of a lot that would be made of itself."""
    return ConflictError(
        f"lot {lot} would be made of itself, through {source}",
        code="lot_cycle",
        field="lot_no",
        hint="check both lot numbers; rework goes into a new lot",
    )
