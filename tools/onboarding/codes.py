"""Every code that the plant will meet is mapped: asked of the table that erp asks."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

from services.erp.domain.codes import KINDS, Code, CodeKind, CodeTable, Direction, UnmappedCodeError
from services.kit.errors import InvalidError
from services.reference.domain.code import CodeDomain
from services.reference.domain.code_mapping import CodeMapping
from services.telemetry.adapters.sources import Source
from tools.charts.checks.finding import Finding
from tools.onboarding.folder import PAPER, TABLES, about
from tools.onboarding.paper import OutsideSystem, Paper
from tools.onboarding.rows import Records, Row


def check_codes(
    folder: Path, paper: Paper, records: Records, sources: Sequence[Source], at: datetime
) -> Iterator[Finding]:
    """What systems say in, and what they are told out; then mappings that answer nobody."""
    units = [*dict.fromkeys([*paper.units, *_counted(sources)])]
    for number, system in enumerate(paper.systems):
        codes = [_code(row.record) for row in records.codes if _is_of(row.record, system)]
        table = CodeTable(system.name, folder.name, codes, at)
        where = f"systems[{number}]"
        if not system.says.get("uom"):
            message = f"{system.name} counts in no unit"
            hint = "list the codes of its units of measure"
            yield about(folder / PAPER, f"{where}.says.uom", message, hint)
        for kind, said in system.says.items():
            for code in said:
                yield from _asked(folder, f"{where}.says.{kind}", table.resolve, kind, code)
        for unit in units:
            yield from _asked(folder, "units", table.express, "uom", unit)
        for reason in paper.scrap_reasons:
            yield from _asked(folder, "scrap_reasons", table.express, "reason", reason)
    centers = {row.record.work_center for row in records.equipment}
    yield from _idle(folder, records.codes, {one.name for one in paper.systems}, centers)


def _asked(
    folder: Path, where: str, ask: Callable[..., str], kind: CodeKind, code: str
) -> Iterator[Finding]:
    try:
        ask(kind, code, field=where)
    except UnmappedCodeError as error:
        asked = error.question
        given = (code, "OURS") if asked.direction is Direction.IN else ("THEIRS", code)
        row = ",".join((kind, asked.system, "", *given))
        yield about(folder / PAPER, where, str(error), f"add to {TABLES['codes']}: {row}")
    except InvalidError as error:
        yield about(folder / PAPER, where, str(error), error.hint)


def _idle(
    folder: Path,
    rows: Sequence[Row[CodeMapping]],
    systems: Collection[str],
    centers: Collection[str],
) -> Iterator[Finding]:
    for row in rows:
        one, place = row.record, f"row {row.number}"
        if one.system not in systems:
            hint = f"list it under systems in {PAPER}, or mend the name"
            yield about(folder / TABLES["codes"], place, f"nobody is called {one.system}", hint)
        if one.domain is CodeDomain.WORK_CENTER and one.canonical not in centers:
            message = f"no equipment is the work center {one.canonical}"
            hint = f"name one of {TABLES['equipment']}"
            yield about(folder / TABLES["codes"], place, message, hint)


def _counted(sources: Sequence[Source]) -> Iterator[str]:
    for source in sources:
        for machine in source.equipment:
            yield from (counter.unit for counter in machine.counters if counter.unit)


def _is_of(mapping: CodeMapping, system: OutsideSystem) -> bool:
    return mapping.system == system.name and mapping.domain in KINDS


def _code(mapping: CodeMapping) -> Code:
    """As erp keeps it once a second person has approved it."""
    return Code(
        cast(CodeKind, mapping.domain.value),
        mapping.code,
        mapping.canonical,
        mapping.plant,
        Direction(mapping.direction.value),
        valid_from=mapping.valid_from,
        valid_to=mapping.valid_to,
    )
