"""Cells of a CSV file as fields of a record and back.

A quantity takes two columns (`quantity`, `quantity_unit`), a list of names one, with | in between.
Text that a spreadsheet would take for a formula stands behind an apostrophe.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.reference.wire.shape import Field

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes"), True),
    **dict.fromkeys(("false", "0", "no", ""), False),
}


def bare(cell: str) -> str:
    """Without the apostrophe that kept it from being a formula."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def columns_of(field: Field) -> list[str]:
    """What its cells stand under."""
    return [field.theirs, f"{field.theirs}_unit"] if field.kind is Quantity else [field.theirs]


def read_cells(row: dict[str, str], columns: Iterable[Field]) -> dict[str, Any]:
    """Values by field, of those that the file has; raises InvalidError naming the column."""
    found = {}
    for field in columns:
        if field.theirs in row:
            unit = row.get(f"{field.theirs}_unit", "")
            found[field.ours] = _read(row[field.theirs], unit, field)
    return found


def _read(cell: str, unit: str, field: Field) -> Any:
    if field.many:
        return tuple(part for part in cell.split("|") if part)
    if field.kind is Quantity:
        return _read_quantity(cell, unit, field.theirs)
    if not cell and field.has_default and field.kind is not str:
        return field.default
    try:
        return _READERS.get(field.kind, field.kind)(cell)
    except (ValueError, KeyError):
        raise InvalidError(
            f"{cell[:40]!r} does not fit here",
            code="bad_value",
            field=field.theirs,
            hint=_hint(field.kind),
        ) from None


def _read_quantity(cell: str, unit: str, column: str) -> Quantity | None:
    if not cell and not unit:
        return None
    try:
        return Quantity.parse(cell, unit)
    except InvalidError as error:
        error.field = column if error.field == "value" else f"{column}_unit"
        raise


def _read_moment(cell: str) -> datetime:
    moment = datetime.fromisoformat(cell)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC)


_READERS: dict[type, Callable[[str], Any]] = {
    bool: lambda cell: _BOOLEANS[cell.lower()],
    date: date.fromisoformat,
    datetime: _read_moment,
}


_HINTS: dict[type, str] = {
    bool: "true or false",
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
        return [_guarded("|".join(value))]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, date):
        return [value.isoformat()]
    return [_guarded("" if value is None else str(value))]
