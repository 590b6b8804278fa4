"""Use case: master data come as rows of a file; all of them are stored, or none."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from itertools import islice
from typing import Any, cast

from services.kit.errors import DomainError, InvalidError, NotFoundError
from services.reference.application.put_master_data import put_master_data
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.master_data import MasterData
from services.reference.domain.names import Key, by_key
from services.reference.ports import Books, Record, Records

AT_ONCE = 500
MOST_PROBLEMS = 1000
"""Of which the caller hears; all are counted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused; `column` is "" where it is about the row as a whole."""

    row: int
    column: str
    code: str
    reason: str
    hint: str = ""


@dataclass(slots=True)
class Report:
    """How a load went: rows read, records that are new or another than before, what is refused."""

    rows: int = 0
    changed: int = 0
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def refuse(self, problem: Problem) -> None:
        """Count it, and keep it if there is room."""
        self.problem_count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class Given:
    """What a record's row says of it by field, and the rows of its lists; the rest stays."""

    row: int
    key: Key
    values: Mapping[str, Any]
    parts: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def problem(self, error: DomainError) -> Problem:
        """The refusal, at the row and column that it is about."""
        row, column = self.row, error.field
        before, bracket, behind = error.field.partition("[")
        place, _, inner = behind.partition("]")
        if bracket and before in self.parts:
            row, column = self.parts[before][int(place)], inner.lstrip(".")
        elif bracket:
            column = before
        column = column.removesuffix(".value").replace(".", "_")
        return Problem(row, column, error.code, str(error), error.hint)


@dataclass(frozen=True, slots=True)
class Target:
    """What the rows become: the part of master data, its kind, and whether they are parts of
    records that are there already.
    """

    part: str
    kind: type
    only_known: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """Records, the rows they were made of, and what is stored under their keys, if it was read."""

    records: Sequence[Any]
    made: Sequence[Given]
    stored: Mapping[Key, Any] | None = None


async def load_master_data(
    books: Books, target: Target, rows: Iterable[Given], report: Report, *, steward: str
) -> None:
    """Put them, some hundred at a time, and count in `report`; it names what is refused.

    The caller undoes everything when something was.
    """
    await books.gate.enter()
    rows = iter(rows)
    while batch := list(islice(rows, AT_ONCE)):
        if target.kind is CodeMapping:
            read = _Read(_mappings(target, batch, report), batch)
        else:
            read = await _records(getattr(books, target.part), target, batch, report)
        report.changed += await _put(books, target.part, read, report, steward)
        await books.facts.write()


async def _records(
    stored: Records[Any], target: Target, batch: Sequence[Given], report: Report
) -> _Read:
    known = by_key(await stored.get([one.key for one in batch]))
    records, made = [], []
    for one in batch:
        try:
            records.append(make_record(target, known.get(one.key), one))
            made.append(one)
        except DomainError as error:
            report.refuse(one.problem(error))
    return _Read(records, made, known)


def make_record(target: Target, known: Record | None, given: Given) -> Any:
    """The record with what the row says; what the file has no column for stays as it was.

    Raises a DomainError naming the field.
    """
    before = {one.name: getattr(known, one.name) for one in fields(known)} if known else {}
    values = {**before, **given.values, "version": 0}
    if known is None and target.only_known:
        raise NotFoundError(
            f"there is no {'/'.join(given.key)}",
            code=f"unknown_{target.kind.__name__.lower()}",
            field=fields(target.kind)[0].name,
            hint="load it first",
        )
    for missing in _required(cast(Hashable, target.kind)):
        if missing not in values:
            raise InvalidError(
                "it is not known yet, and the file does not say all of it",
                code="incomplete_record",
                field=missing,
                hint=f"add the column {missing}",
            )
    return target.kind(**values)


@cache
def _required(kind: Any) -> list[str]:
    return [one.name for one in fields(kind) if one.default is MISSING]


def _mappings(target: Target, batch: Sequence[Given], report: Report) -> list[CodeMapping]:
    found = []
    for one in batch:
        try:
            found.append(make_record(target, None, one))
        except DomainError as error:
            report.refuse(one.problem(error))
    return found


async def _put(
    books: Books,
    part: str,
    read: _Read,
    report: Report,
    steward: str,
) -> int:
    def refuse(error: DomainError) -> None:
        """Its field is the part's, such as `items[3].base_unit`."""
        place, _, error.field = error.field.partition("[")[2].partition("]")
        error.field = error.field.removeprefix(".")
        report.refuse(read.made[int(place)].problem(error))

    data = MasterData(**{part: read.records})
    changed = await put_master_data(books, data, steward=steward, refuse=refuse, stored=read.stored)
    return len(changed)
