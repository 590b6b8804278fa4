"""Batches as columns: one array a column, so that a statement is the same for one row and 500."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place

Column = list[Any]


def columns(rows: Iterable[Sequence[Any]], width: int) -> tuple[Column, ...]:
    """As many arrays as a row is wide, also of no rows."""
    turned: tuple[Column, ...] = tuple([] for _ in range(width))
    for row in rows:
        for column, value in zip(turned, row, strict=True):
            column.append(value)
    return turned


def lot_columns(lots: Collection[LotKey]) -> tuple[Column, ...]:
    """Plant, item and lot number, in the order of the keys."""
    return columns(sorted(lots), 3)


def place_columns(places: Collection[Place]) -> tuple[Column, ...]:
    """Plant, item, lot, location, status, in the order of the keys."""
    return columns(((*place.lot, *place[1:]) for place in sorted(places)), 5)
