"""A CSV file (RFC 4180): a row a record or a part of one; the header names the fields."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import IO, Any

from services.kit.errors import DomainError, InvalidError
from services.kit.loading.cells import bare
from services.kit.loading.rows import rows_of
from services.reference.application.load_master_data import Given, Problem, Report, Target
from services.reference.domain.names import Key
from services.reference.wire.cells import columns_of, read_cells, write_cells
from services.reference.wire.shape import THEIRS, Field

_OURS = {theirs: ours for ours, theirs in THEIRS.items()}
Row = tuple[int, dict[str, Any], dict[str, dict[str, Any]]]
"""Its number, what it says of the record, and of an element of each of its lists."""


@dataclass(frozen=True, slots=True)
class Inner:
    """A list of the record, whose elements stand in rows."""

    name: str
    holds: type
    columns: tuple[Field, ...]


@dataclass(slots=True)
class _Open:
    """A record whose rows are being read."""

    row: int
    key: Key
    values: dict[str, Any]
    parts: defaultdict[str, list[tuple[int, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def given(self, lists: Iterable[str]) -> Given:
        """All that was said of it; `lists` are those that the file has columns for."""
        said = {name: tuple(one for _, one in self.parts[name]) for name in lists}
        rows = {name: [number for number, _ in each] for name, each in self.parts.items()}
        return Given(self.row, self.key, {**self.values, **said}, rows)


@dataclass(frozen=True, slots=True)
class Table:
    """How a kind stands in a file; the elements of its `lists` have a row each.

    Where there are several, their elements share rows: a row says something of each or leaves its
    cells empty, and a file may leave out the columns of a list altogether.
    """

    target: Target
    own: tuple[Field, ...]
    key: tuple[str, ...]
    lists: tuple[Inner, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The header."""
        inner = (one for each in self.lists for one in each.columns)
        return [name for one in (*self.own, *inner) for name in columns_of(one)]

    @property
    def shared(self) -> bool:
        """Whether rows may leave a list out."""
        return len(self.lists) > 1

    def read(self, file: IO[str], report: Report) -> Iterator[Given]:
        """Record by record; what cannot be read goes to the report, by row and column."""
        reader = rows_of(file)
        try:
            header = next(reader, [])
            self._check_header(header)
            said = [one for one in self.lists if not self.shared or self._has(header, one)]
            rows = self._rows(reader, header, said, report)
            yield from self._group(rows, said, report)
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
        if not any(getattr(record, one.name) for one in self.lists):
            width = len(self.columns) - len(own)
            yield own + [""] * width
            return
        for elements in zip_longest(*(getattr(record, one.name) for one in self.lists)):
            pairs = zip(self.lists, elements, strict=True)
            yield own + [cell for inner, one in pairs for cell in _cells_of(inner, one)]

    def has_rows(self, record: Any) -> bool:
        """Whether it stands in the file: where there is one list, its elements are the rows."""
        return len(self.lists) != 1 or bool(getattr(record, self.lists[0].name))

    def _check_header(self, header: Sequence[str]) -> None:
        for name in header:
            if name not in self.columns or header.count(name) > 1:
                raise InvalidError(
                    f"{name[:40]!r} is no column of this file, or stands there twice",
                    code="unknown_column",
                    field=name[:40],
                    hint=f"there are: {', '.join(self.columns)}",
                )
        lists = [one for one in self.lists if not self.shared or self._has(header, one)]
        required = [one.theirs for each in lists for one in each.columns if not one.has_default]
        for name in (*self.key, *required):
            if name not in header:
                raise InvalidError(
                    f"the column {name} is missing",
                    code="missing_column",
                    field=name,
                    hint="the header names the fields; it is the first line",
                )

    def _has(self, header: Sequence[str], one: Inner) -> bool:
        """Whether the file says anything of this list."""
        return any(each.theirs in header for each in one.columns)

    def _rows(
        self,
        reader: Iterable[list[str]],
        header: Sequence[str],
        said: Sequence[Inner],
        report: Report,
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
                elements = {
                    one.name: read_cells(row, one.columns)
                    for one in said
                    if not self.shared or any(row.get(each.theirs) for each in one.columns)
                }
                yield number, read_cells(row, self.own), elements
            except DomainError as error:
                report.refuse(Problem(number, error.field, error.code, str(error), error.hint))

    def _group(self, rows: Iterable[Row], said: Sequence[Inner], report: Report) -> Iterator[Given]:
        """Rows of one record stand together, once."""
        seen: set[Key] = set()
        current: _Open | None = None
        lists = [one.name for one in said]
        for number, values, elements in rows:
            key = self._key(values)
            if current is None or not self.lists or key != current.key:
                if current:
                    yield current.given(lists)
                current = self._begin(number, key, values, seen, report)
            elif values != current.values:
                report.refuse(self._differing(number, values, current))
            if current:
                self._add(current, number, elements, report)
        if current:
            yield current.given(lists)

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

    def _add(
        self,
        current: _Open,
        number: int,
        elements: Mapping[str, dict[str, Any]],
        report: Report,
    ) -> None:
        for one in self.lists:
            if one.name in elements:
                try:
                    current.parts[one.name].append((number, one.holds(**elements[one.name])))
                except DomainError as error:
                    report.refuse(Problem(number, error.field, error.code, str(error), error.hint))

    def _key(self, values: dict[str, Any]) -> Key:
        return tuple(str(values[_OURS.get(name, name)]) for name in self.key)


def _cells_of(inner: Inner, element: Any) -> Iterator[str]:
    """Empty where the record has no such element any more."""
    for one in inner.columns:
        if element is None:
            yield from ("" for _ in columns_of(one))
        else:
            yield from write_cells(getattr(element, one.ours), one)
