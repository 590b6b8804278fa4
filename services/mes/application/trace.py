"""Use cases: where a lot came from, and where it went."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.mes.domain.genealogy import Direction, Edge, Paths
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lot import Lot
from services.mes.ports import Books, Reached, Traced

AT_ONCE = 500
"""Places of families whose steps are all read at once to find the nearest."""


class Family(NamedTuple):
    """Lots, each once by key, and the edges between them."""

    lots: Sequence[Lot]
    edges: Sequence[Edge]


class Start(NamedTuple):
    """A lot to trace from; `after` is the place where the answer before ended."""

    lot: LotKey
    after: int = 0


class Wish(NamedTuple):
    """How much of each trace: `size` lots at most, by place, or the nearest and their levels.

    The lot itself leads the nearest, uncounted. Of other `plants` only the number is told; None
    are all plants.
    """

    direction: Direction
    size: int
    levels: bool = False
    nearest: bool = False
    plants: Sequence[str] | None = None


class Trace(NamedTuple):
    """What was reached from one lot, itself included.

    `total` counts the whole `family`, `withheld` those of it in other plants; `after` is where the
    next answer begins, None at the end.
    """

    lot: LotKey
    lots: Sequence[Traced] = ()
    levels: Sequence[int] = ()
    total: int = 0
    withheld: int = 0
    family: Sequence[int] = ()
    after: int | None = None

    @property
    def places(self) -> list[int]:
        """Of its lots."""
        return [one.place for one in self.lots]

    @property
    def keys(self) -> set[LotKey]:
        """Of its lots."""
        return {one.key for one in self.lots}

    @property
    def orders(self) -> list[OrderKey]:
        """That made its lots, each once."""
        made = (OrderKey(one.key.plant, one.order_no) for one in self.lots if one.order_no)
        return sorted(set(made))


async def trace(
    books: Books,
    start: Collection[LotKey],
    direction: Direction,
    plants: Sequence[str] | None = None,
) -> Family:
    """Everything reachable from `start`, which is part of the answer where it is known here.

    Lots of other `plants` are walked through and not shown; None are all plants.
    """
    reached = await books.traces.reach(sorted(start), direction, plants)
    known = await books.traces.lots({place for one in reached for place in one.places})
    keys = {one.key for one in known.values()}
    lots = await books.lots.get(keys)
    return Family([lots[key] for key in sorted(lots)], await books.genealogy.among(keys))


async def trace_lots(books: Books, starts: Sequence[Start], wish: Wish) -> list[Trace]:
    """A trace for each start, empty where the lot is not known here, with as many queries as one.

    Lots that come into being meanwhile have later places: who goes on finds them in the end.
    """
    reached = await books.traces.reach([one.lot for one in starts], wish.direction, wish.plants)
    levels = await _levels(books, reached, wish)
    pages = [
        _nearest(level, one.places, wish) if wish.nearest else _page(one.places, start.after, wish)
        for one, start, level in zip(reached, starts, levels, strict=True)
    ]
    lots = await books.traces.lots({place for page, _ in pages for place in page})
    return [
        Trace(
            start.lot,
            [lots[place] for place in page],
            [level[place] for place in page] if level else [],
            len(one.every),
            len(one.every) - len(one.places),
            one.every,
            after,
        )
        for start, one, level, (page, after) in zip(starts, reached, levels, pages, strict=True)
    ]


async def _levels(books: Books, reached: Sequence[Reached], wish: Wish) -> list[dict[int, int]]:
    """In how many steps each place is reached, nearest first; as far as it is wished."""
    if not (wish.levels or wish.nearest):
        return [{} for _ in reached]
    every = {place for one in reached for place in one.every}
    if len(every) > AT_ONCE and not wish.levels:
        return await _outward(books, reached, wish)
    paths = Paths(await books.traces.steps(every, wish.direction))
    return [paths.walk(one.root) if one.every else {} for one in reached]


async def _outward(books: Books, reached: Sequence[Reached], wish: Wish) -> list[dict[int, int]]:
    """Level by level until there are enough to show, which in a large family is soon."""
    levels = [{one.root: 0} if one.every else {} for one in reached]
    fronts, shown = [list(level) for level in levels], [set(one.places) for one in reached]
    while ahead := {place for front in fronts for place in front}:
        paths = Paths(await books.traces.steps(ahead, wish.direction))
        for walk, level in enumerate(levels):
            fronts[walk] = paths.go_on(fronts[walk], level)
            if len(shown[walk] & level.keys()) > wish.size:
                fronts[walk] = []
    return levels


def _page(places: Sequence[int], after: int, wish: Wish) -> tuple[Sequence[int], int | None]:
    begin = bisect_right(places, after)
    page = places[begin : begin + wish.size]
    return page, page[-1] if begin + wish.size < len(places) else None


def _nearest(
    level: dict[int, int], places: Collection[int], wish: Wish
) -> tuple[Sequence[int], int | None]:
    seen = set(places)
    return [place for place in level if place in seen][: wish.size + 1], None
