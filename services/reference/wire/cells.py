"""Cells of a CSV file as fields of a record and back.

A quantity takes two columns (`quantity`, `quantity_unit`), a list of names one, with | in between.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from services.kit.loading.cells import Cells, guarded, unfit
from services.kit.quantity import Quantity
from services.kit.text import is_plain
from services.reference.wire.shape import Field


def columns_of(field: Field) -> list[str]:
    """What its cells stand under."""
    return [field.theirs, f"{field.theirs}_unit"] if field.kind is Quantity else [field.theirs]


def read_cells(row: dict[str, str], columns: Iterable[Field]) -> dict[str, Any]:
    """Values by field, of those that the file has; raises InvalidError naming the column."""
    return {one.ours: _read(row, one) for one in columns if one.theirs in row}


def _read(row: dict[str, str], field: Field) -> Any:
    cell = row[field.theirs]
    if not is_plain(cell):
        raise unfit(cell, field.theirs, "nothing that hides or turns text")
    if field.many:
        return tuple(part for part in cell.split("|") if part)
    if field.kind is Quantity:
        said = cell or row.get(f"{field.theirs}_unit")
        return Cells(row).quantity(field.theirs) if said else None
    if not cell and field.has_default and field.kind is not str:
        return field.default
    if field.kind is bool:
        return Cells(row).flag(field.theirs)
    try:
        return _READERS.get(field.kind, field.kind)(cell)
    except (ValueError, KeyError):
        raise unfit(cell, field.theirs, _hint(field.kind)) from None


def _read_moment(cell: str) -> datetime:
    moment = datetime.fromisoformat(cell)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC)


_READERS: dict[type, Callable[[str], Any]] = {
    date: date.fromisoformat,
    datetime: _read_moment,
}


_HINTS: dict[type, str] = {
    int: "a whole number",
    date: "such as 2026-05-04",
    datetime: "a time with its offset, such as 2026-05-04T12:00:00+02:00",
}


def _hint(kind: type) -> str:
    if issubclass(kind, Enum):
        return f"one of {', '.join(str(one.value) for one in kind)}"
    return _HINTS[kind]


def write_cells(value: Any, field: Field) -> list[str]:
    """Its cells."""
    if field.kind is Quantity:
        return [value.text, value.unit] if value else ["", ""]
    if field.many:
        return [guarded("|".join(value))]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, date):
        return [value.isoformat()]
    return [guarded("" if value is None else str(value))]
