"""Batches as columns: one array a column, so that a statement is the same for one row and 500."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place, Status

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


def flat(place: Place) -> tuple[str, ...]:
    """Plant, item, lot, location, status, owner, handling unit."""
    return (*place.lot, *place[1:])


def place_columns(places: Collection[Place]) -> tuple[Column, ...]:
    """As `flat`, in the order of the keys."""
    return columns(map(flat, sorted(places)), 7)


def read_place(*key: Any) -> Place:
    """From what `flat` gives."""
    plant, item_no, lot_no, location, status, owner, hu = key
    return Place(LotKey(plant, item_no, lot_no), location, Status(status), owner, hu)
