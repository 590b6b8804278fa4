"""How a kind of record stands in a CSV file (RFC 4180): a row each, a header that names columns."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Generic, NamedTuple, TypeVar

from services.kit.errors import DomainError, InvalidError
from services.kit.loading.cells import Cells, guarded
from services.kit.loading.rows import rows_of
from services.kit.loading.verdict import Report

MAX_ROWS = 100_000
"""Of a file; more comes as several."""
T = TypeVar("T")


class Given(NamedTuple, Generic[T]):
    """A record and the row that it stands in."""

    row: int
    key: str
    record: T


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """`optional` columns may be missing; `key` names a record, once in a file.

    `agree` names what rows of a file must say alike, such as the state of the order that several
    rows are about: its key, and what is said.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    read: Callable[[Cells], T]
    write: Callable[[T], Mapping[str, str]]
    key: Callable[[T], str]
    agree: Callable[[T], tuple[str, str]] | None = None
    may: Callable[[T], object] = lambda _: None

    @property
    def columns(self) -> tuple[str, ...]:
        """All, in the order in which they are written."""
        return (*self.required, *self.optional)

    def rows(self, file: IO[str], report: Report) -> Iterator[Given[T]]:
        """What can be read; the rest goes to the report, by row and column."""
        reader, row = rows_of(file), 1
        try:
            header = next(reader, [])
            self._check_header(header)
            seen, said = set[str](), dict[str, str]()
            for row, cells in enumerate(reader, start=2):
                _require_room(row)
                report.rows += 1
                given = self._given(row, header, cells, report) if cells else None
                if given and self._is_sound(given, seen, said, report):
                    yield given
        except InvalidError as error:
            report.refuse(row, "", error)
        except (csv.Error, UnicodeDecodeError) as error:
            why = InvalidError(str(error), code="malformed_file", hint="UTF-8, as RFC 4180 has it")
            report.refuse(row + 1, "", why)

    def lines(self, records: Iterable[T]) -> Iterator[list[str]]:
        """Their cells."""
        for record in records:
            cells = self.write(record)
            yield [guarded(cells.get(name, "")) for name in self.columns]

    def _given(
        self, row: int, header: Sequence[str], cells: Sequence[str], report: Report
    ) -> Given[T] | None:
        try:
            if len(cells) != len(header):
                raise InvalidError(
                    f"{len(cells)} cells under {len(header)} columns",
                    code="wrong_width",
                    hint="a cell with a comma or a line break stands in quotes",
                )
            record = self.read(Cells(dict(zip(header, cells, strict=True))))
            self.may(record)
            return Given(row, self.key(record), record)
        except DomainError as error:
            report.refuse(row, "", error)
            return None

    def _is_sound(
        self, given: Given[T], seen: set[str], said: dict[str, str], report: Report
    ) -> bool:
        about, words = self.agree(given.record) if self.agree else ("", "")
        if given.key in seen:
            error = InvalidError(f"{given.key} comes twice", code="duplicate", hint="say it once")
        elif said.setdefault(about, words) != words:
            error = InvalidError(
                f"a row before says {said[about]} of {about}",
                code="differs_within_file",
                hint="say the same in each row of one thing",
            )
        else:
            seen.add(given.key)
            return True
        report.refuse(given.row, given.key, error)
        return False

    def _check_header(self, header: Sequence[str]) -> None:
        for name in header:
            if name not in self.columns or header.count(name) > 1:
                raise InvalidError(
                    f"{name[:40]!r} is no column of this file, or stands there twice",
                    code="unknown_column",
                    field=name[:40],
                    hint=f"there are: {', '.join(self.columns)}",
                )
        for name in self.required:
            if name not in header:
                raise InvalidError(
                    f"the column {name} is missing",
                    code="missing_column",
                    field=name,
                    hint="the header names the fields; it is the first line",
                )


def _require_room(row: int) -> None:
    if row - 1 > MAX_ROWS:
        raise InvalidError(
            f"a file has at most {MAX_ROWS} rows",
            code="too_many_rows",
            hint="send it in parts, each with the header",
        )
