"""The CSV files of a plant, read as reference reads them when they are loaded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from services.kit.errors import DomainError
from services.reference.application.checks import check
from services.reference.application.load_master_data import Problem, Report, make_record
from services.reference.application.surroundings import Surroundings
from services.reference.domain.code import CodeDomain
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.equipment import Equipment
from services.reference.domain.names import by_key
from services.reference.domain.plant import Plant
from services.reference.wire.tables import TABLES as KINDS
from tools.charts.checks.finding import Finding
from tools.onboarding.folder import TABLES, about, unreadable

R = TypeVar("R", Plant, Equipment, CodeMapping)


@dataclass(frozen=True, slots=True)
class Row(Generic[R]):
    """A record and where it stands; the header is row 1."""

    number: int
    record: R


@dataclass(frozen=True, slots=True)
class Records:
    """All that a plant would load, and why rows would be refused."""

    plants: Sequence[Row[Plant]]
    equipment: Sequence[Row[Equipment]]
    codes: Sequence[Row[CodeMapping]]
    findings: Sequence[Finding]


def read_records(folder: Path) -> Records:
    """Every file of the folder, rows by themselves and against each other."""
    found: list[Finding] = []
    plants: list[Row[Plant]] = _read(folder, "plants", found)
    equipment: list[Row[Equipment]] = _read(folder, "equipment", found)
    codes: list[Row[CodeMapping]] = _read(folder, "codes", found)
    if not found:
        known = Surroundings(
            {}, by_key(row.record for row in plants), by_key(row.record for row in equipment),
            {}, {}, {}, {}, {},
        )  # fmt: skip
        found += _refused(folder, "equipment", equipment, known)
        # Items and parties are the enterprise's: reference knows them, and no plant's folder.
        own = [row for row in codes if not _is_of_the_enterprise(row.record.domain)]
        found += _refused(folder, "codes", own, known)
        if [row.record.plant for row in plants] != [folder.name]:
            hint = "one row, whose plant is the name of the folder"
            found.append(about(folder / TABLES["plants"], "plant", "is another plant", hint))
    return Records(plants, equipment, codes, found)


def _read(folder: Path, kind: str, found: list[Finding]) -> list[Row[R]]:
    file, table, report = folder / TABLES[kind], KINDS[kind], Report()
    rows: list[Row[R]] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            for given in table.read(text, report):
                try:
                    record = make_record(table.target, None, given)
                    rows.append(Row(given.row, record))
                except DomainError as error:
                    report.refuse(given.problem(error))
    except OSError as error:
        found.append(unreadable(file, error.strerror))
    found.extend(_finding(file, problem) for problem in report.problems)
    return rows


def _refused(
    folder: Path, kind: str, rows: Sequence[Row[R]], known: Surroundings
) -> Iterator[Finding]:
    for row in rows:
        try:
            check(row.record, known)
        except DomainError as error:
            problem = Problem(row.number, error.field, error.code, str(error), error.hint)
            yield _finding(folder / TABLES[kind], problem)


def _finding(file: Path, problem: Problem) -> Finding:
    place = ", ".join(filter(None, (f"row {problem.row}", problem.column)))
    return about(file, place, problem.reason, problem.hint or "mend the cell")


def _is_of_the_enterprise(domain: CodeDomain) -> bool:
    return domain.names_items or domain is CodeDomain.PARTY
