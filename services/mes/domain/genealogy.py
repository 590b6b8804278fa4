"""What was made of what: edges follow from what was reported, and from nothing else.

A report that names its lot links what it consumed to that lot alone. What an order consumed without
naming a lot may be in any lot of that order, those made before and those made after: a recall must
not miss one. An edge is kept for ever; one whose event is declared void no longer counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.keys import LotKey, OrderKey

T = TypeVar("T")


class Direction(StrEnum):
    """Which way a trace goes."""

    BACKWARD = "backward"
    """What it was made of."""
    FORWARD = "forward"
    """What was made of it."""


class Kind(StrEnum):
    """How one lot went into another (domain-model 3.3, after EPCIS)."""

    TRANSFORM = "transform"
    """Consumed by an order that made the other."""
    AGGREGATE = "aggregate"
    """Packed into it, still itself."""
    SPLIT = "split"
    MERGE = "merge"
    RELABEL = "relabel"
    REWORK = "rework"
    SHIP = "ship"
    """Sent to another plant, which receives it under a number of its own."""
    RECEIVE = "receive"


class Link(NamedTuple):
    """From which lot to which, and why; the order number is "" where no order did it."""

    source: LotKey
    target: LotKey
    order: OrderKey
    kind: Kind = Kind.TRANSFORM

    @property
    def pair(self) -> tuple[LotKey, LotKey]:
        """Source and target."""
        return self.source, self.target

    def ends(self, direction: Direction) -> tuple[LotKey, LotKey]:
        """Where a step that way begins, and where it leads."""
        return self.pair if direction is Direction.FORWARD else (self.target, self.source)


class Edge(NamedTuple):
    """A link and how much of the source went through it; None where the share is not known.

    `made` is how much of the target the same events made.
    """

    link: Link
    quantity: Quantity | None
    made: Quantity | None = None


class Cause(NamedTuple):
    """The event that an edge follows from: its id within the plant, and the operation reported."""

    id: str
    occurred_at: Instant
    operation: int = 0
    equipment: str = ""


class Record(NamedTuple):
    """One event's edge."""

    edge: Edge
    cause: Cause

    @property
    def key(self) -> tuple[LotKey, LotKey, OrderKey, int, str]:
        """What it is kept under, once."""
        link = self.edge.link
        return link.source, link.target, link.order, self.cause.operation, self.cause.id


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

    def weave(
        self, report: Confirmation, taken: Taken, good: Quantity | None = None
    ) -> list[Record]:
        """The edges that a report adds; reports come in the order of their numbers.

        `good` is its yield in the unit of the lot.
        """
        cause = Cause(report.id, report.occurred_at, report.operation, report.equipment)
        target = self.target(report)
        if target is None:
            self.loose.update(lot for lot, _ in taken)
            ends = {(lot, made) for lot, _ in taken for made in self.made}
            shares: dict[tuple[LotKey, LotKey], Quantity | None] = dict.fromkeys(ends)
        else:
            self.made.add(target)
            shares = dict.fromkeys((lot, target) for lot in self.loose)
            for lot, amount in taken:
                shares[lot, target] = _add(shares.get((lot, target)), amount)
        return [
            Record(Edge(Link(*ends, self.order), shares[ends], shares[ends] and good), cause)
            for ends in sorted(shares)
        ]


def standing(records: Iterable[Record]) -> list[Record]:
    """Those that say something: a share nobody knows adds nothing to a link that stands."""
    known: set[Link] = set()
    kept = []
    for record in records:
        link = record.edge.link
        if record.edge.quantity or link not in known:
            kept.append(record)
        known.add(link)
    return kept


def merge(edges: Iterable[Edge]) -> list[Edge]:
    """One edge a link, in the order of the links, quantities added where they are known."""
    sums: dict[Link, Edge] = {}
    for edge in edges:
        known = sums.get(edge.link, edge._replace(quantity=None, made=None))
        sums[edge.link] = Edge(
            edge.link, _add(known.quantity, edge.quantity), _add(known.made, edge.made)
        )
    return [sums[link] for link in sorted(sums)]


def _add(one: Quantity | None, other: Quantity | None) -> Quantity | None:
    return one + other if one and other else one or other


class Paths(Generic[T]):
    """Steps from one to the next, in one direction."""

    def __init__(self, steps: Iterable[tuple[T, T]]) -> None:
        self._steps: defaultdict[T, list[T]] = defaultdict(list)
        for here, there in steps:
            self._steps[here].append(there)

    def walk(self, start: T) -> dict[T, int]:
        """Everything that can be reached, nearest first, and in how many steps; `start` in 0."""
        level = {start: 0}
        front = [start]
        while front:
            front = self.go_on(front, level)
        return level

    def go_on(self, front: Iterable[T], level: dict[T, int]) -> list[T]:
        """What is one step beyond `front` and not in `level` yet, where it is noted."""
        beyond = []
        for here in front:
            for there in self._steps.get(here, ()):
                if there not in level:
                    level[there] = level[here] + 1
                    beyond.append(there)
        return beyond


def refuse_cycle(lot: LotKey, source: LotKey) -> ConflictError:
    """The refusal of a lot that would be made of itself."""
    return ConflictError(
        f"lot {lot} would be made of itself, through {source}",
        code="lot_cycle",
        field="lot_no",
        hint="check both lot numbers; rework goes into a new lot",
    )
