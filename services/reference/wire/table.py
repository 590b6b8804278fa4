"""A CSV file (RFC 4180): a row a record or a part of one; the header names the fields."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from services.kit.errors import DomainError, InvalidError
from services.reference.application.load_master_data import Given, Problem, Report, Target
from services.reference.domain.names import Key
from services.reference.wire.cells import bare, columns_of, read_cells, write_cells
from services.reference.wire.shape import THEIRS, Field

_OURS = {theirs: ours for ours, theirs in THEIRS.items()}
Row = tuple[int, dict[str, Any], dict[str, Any]]
"""Its number, what it says of the record, and of its part."""


@dataclass(slots=True)
class _Open:
    """A record whose rows are being read."""

    row: int
    key: Key
    values: dict[str, Any]
    parts: list[tuple[int, Any]] = field(default_factory=list)

    def given(self, part: str) -> Given:
        """All that was said of it."""
        said = {part: tuple(one for _, one in self.parts)} if part else {}
        rows = [number for number, _ in self.parts]
        return Given(self.row, self.key, {**self.values, **said}, rows)


@dataclass(frozen=True, slots=True)
class Table:
    """How a kind stands in a file; what is in the record's field `part` has a row each."""

    target: Target
    own: tuple[Field, ...]
    key: tuple[str, ...]
    inner: tuple[Field, ...] = ()
    part: str = ""
    holds: type | None = None

    @property
    def columns(self) -> list[str]:
        """The header."""
        return [name for one in (*self.own, *self.inner) for name in columns_of(one)]

    def read(self, file: IO[str], report: Report) -> Iterator[Given]:
        """Record by record; what cannot be read goes to the report, by row and column."""
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            self._check_header(header)
            yield from self._group(self._rows(reader, header, report), report)
        except InvalidError as error:
            report.refuse(Problem(1, error.field, error.code, str(error), error.hint))
        except (csv.Error, UnicodeDecodeError) as error:
            row = report.rows + 2
            report.refuse(
                Problem(row, "", "malformed_file", str(error), "UTF-8, as RFC 4180 has it")
            )

    def write(self, record: Any) -> Iterator[list[str]]:
        """Its rows."""
        own = [cell for each in self.own for cell in write_cells(getattr(record, each.ours), each)]
        if not self.part:
            yield own
            return
        for one in getattr(record, self.part):
            inner = (write_cells(getattr(one, each.ours), each) for each in self.inner)
            yield own + [cell for cells in inner for cell in cells]

    def has_rows(self, record: Any) -> bool:
        """Whether it stands in the file: without a part it has no row."""
        return not self.part or bool(getattr(record, self.part))

    def _check_header(self, header: Sequence[str]) -> None:
        for name in header:
            if name not in self.columns or header.count(name) > 1:
                raise InvalidError(
                    f"{name[:40]!r} is no column of this file, or stands there twice",
                    code="unknown_column",
                    field=name[:40],
                    hint=f"there are: {', '.join(self.columns)}",
                )
        required = [one.theirs for one in self.inner if not one.has_default]
        for name in (*self.key, *required):
            if name not in header:
                raise InvalidError(
                    f"the column {name} is missing",
                    code="missing_column",
                    field=name,
                    hint="the header names the fields; it is the first line",
                )

    def _rows(
        self, reader: Iterable[list[str]], header: Sequence[str], report: Report
    ) -> Iterator[Row]:
        """What can be read; a blank line says nothing."""
        for number, cells in enumerate(reader, start=2):
            report.rows += 1
            if not cells:
                continue
            try:
                if len(cells) != len(header):
                    raise InvalidError(
                        f"{len(cells)} cells under {len(header)} columns",
                        code="wrong_width",
                        hint="a cell with a comma or a line break stands in quotes",
                    )
                row = dict(zip(header, map(bare, cells), strict=True))
                yield number, read_cells(row, self.own), read_cells(row, self.inner)
            except DomainError as error:
                report.refuse(Problem(number, error.field, error.code, str(error), error.hint))

    def _group(self, rows: Iterable[Row], report: Report) -> Iterator[Given]:
        """Rows of one record stand together, once."""
        seen: set[Key] = set()
        current: _Open | None = None
        for number, values, inner in rows:
            key = self._key(values)
            if current is None or not self.part or key != current.key:
                if current:
                    yield current.given(self.part)
                current = self._begin(number, key, values, seen, report)
            elif values != current.values:
                report.refuse(self._differing(number, values, current))
            if current and self.holds:
                self._add(current, number, inner, report)
        if current:
            yield current.given(self.part)

    def _begin(
        self, number: int, key: Key, values: dict[str, Any], seen: set[Key], report: Report
    ) -> _Open | None:
        if key not in seen:
            seen.add(key)
            return _Open(number, key, values)
        reason = f"{'/'.join(key)} comes twice"
        hint = "rows of one record stand together"
        report.refuse(Problem(number, self.key[0], "duplicate", reason, hint))
        return None

    def _differing(self, number: int, values: dict[str, Any], current: _Open) -> Problem:
        name = next(name for name in values if values[name] != current.values[name])
        reason = f"row {current.row} says otherwise of {'/'.join(current.key)}"
        hint = "say the same in each row of a record"
        return Problem(number, name, "differs_within_record", reason, hint)

    def _add(self, current: _Open, number: int, inner: dict[str, Any], report: Report) -> None:
        try:
            current.parts.append((number, self.holds(**inner)))  # type: ignore[misc]
        except DomainError as error:
            report.refuse(Problem(number, error.field, error.code, str(error), error.hint))

    def _key(self, values: dict[str, Any]) -> Key:
        return tuple(str(values[_OURS.get(name, name)]) for name in self.key)
