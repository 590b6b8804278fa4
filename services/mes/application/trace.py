"""Use case: where a lot came from, and where it went."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.mes.domain.genealogy import Direction, Edge, Paths
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot
from services.mes.ports import Books


class Family(NamedTuple):
    """Lots, each once by key, and the edges between them."""

    lots: Sequence[Lot]
    edges: Sequence[Edge]


async def trace(books: Books, start: Collection[LotKey], direction: Direction) -> Family:
    """Everything reachable from `start`, which is part of the answer where it is known here."""
    reached = await books.genealogy.trace(start, direction)
    lots = await books.lots.get(reached)
    return Family([lots[key] for key in sorted(lots)], await books.genealogy.among(reached))


async def trace_each(
    books: Books, start: Collection[LotKey], direction: Direction
) -> dict[LotKey, list[LotKey]]:
    """For each of `start` that is known here what can be reached from it, nearest first."""
    reached = await books.genealogy.trace(start, direction)
    paths = Paths(await books.genealogy.among(reached), direction)
    return {lot: paths.walk(lot) for lot in start if lot in reached}
