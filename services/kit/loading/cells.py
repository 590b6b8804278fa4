"""Cells of a row, read as what they stand for; every refusal names the column.

Text that a spreadsheet would take for a formula stands behind an apostrophe.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity

E = TypeVar("E", bound=StrEnum)

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_YES, _NO = ("true", "1", "yes"), ("false", "0", "no", "")
_PAIRS = "|"


class Cells:
    """One row by column; a column that the file does not have is empty."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self._row = row

    def text(self, column: str, longest: int = 64) -> str:
        """At most so long; "" where nothing is said."""
        text = bare(self._row.get(column, ""))
        if len(text) > longest or not text.isprintable():
            raise unfit(text, column, f"at most {longest} printable characters")
        return text

    def name(self, column: str, longest: int = 64) -> str:
        """A text that may not be empty."""
        if found := self.text(column, longest):
            return found
        raise InvalidError("this may not be empty", code="value_required", field=column)

    def quantity(self, column: str, unit: str = "") -> Quantity:
        """A decimal and its unit (Rec 20), which stands under `<column>_unit` or `unit`."""
        under = unit or f"{column}_unit"
        try:
            return Quantity.parse(self._row.get(column, ""), self._row.get(under, ""))
        except InvalidError as error:
            error.field = column if error.field == "value" else under
            raise

    def instant(self, column: str) -> Instant:
        """ISO 8601 with its offset."""
        try:
            return Instant.parse(self._row.get(column, ""))
        except InvalidError as error:
            error.field = column
            raise

    def instant_or_none(self, column: str) -> Instant | None:
        """None where nothing is said."""
        return self.instant(column) if self._row.get(column) else None

    def whole(self, column: str, most: int = 999_999_999) -> int:
        """A whole number from 0 on; 0 where nothing is said."""
        cell = self._row.get(column, "") or "0"
        if not (cell.isascii() and cell.isdecimal() and len(cell) < 12 and int(cell) <= most):
            raise unfit(cell, column, f"a whole number from 0 to {most}")
        return int(cell)

    def flag(self, column: str) -> bool:
        """False where nothing is said."""
        cell = self._row.get(column, "")
        if cell.lower() not in (*_YES, *_NO):
            raise unfit(cell, column, "true or false")
        return cell.lower() in _YES

    def choice(self, column: str, kind: type[E]) -> E:
        """By its value, in any case."""
        cell = self._row.get(column, "")
        try:
            return kind(cell.lower())
        except ValueError:
            raise unfit(cell, column, f"one of {', '.join(kind)}") from None

    def pairs(self, column: str) -> dict[str, str]:
        """Names and values, as in "heat=7|mill=Duisburg"."""
        text = self.text(column, 2000)
        parts = [one.partition("=") for one in text.split(_PAIRS) if one]
        found = {name: value for name, _, value in parts}
        if len(found) < len(parts) or not all(name and sign for name, sign, _ in parts):
            raise unfit(text, column, "name=value|name=value, each name once")
        return found


def bare(cell: str) -> str:
    """Without the apostrophe that kept it from being a formula."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def guarded(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def unfit(cell: str, column: str, hint: str) -> InvalidError:
    """The refusal of a cell that is not what its column takes."""
    return InvalidError(
        f"{cell[:40]!r} does not fit here", code="bad_value", field=column, hint=hint
    )
