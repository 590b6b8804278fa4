"""The takeover of a plant that already runs: its orders, lots, genealogy and stock as CSV files."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple

import typer
from plantmesh.common.v1 import load_pb2 as common
from plantmesh.mes.v1 import load_pb2 as mes
from plantmesh.mes.v1.load_pb2_grpc import FloorLoadServiceStub
from plantmesh.wms.v1 import load_pb2 as wms
from plantmesh.wms.v1.load_pb2_grpc import StockLoadServiceStub

from services.kit.errors import ConflictError, InvalidError
from tools.plantctl.options import AsJson
from tools.plantctl.printing import console, plain, print_json, print_table
from tools.plantctl.session import SaidError, run, session

_PIECE = 1024 * 1024
_LOAD_SECONDS = 600.0
_SHOWN = 50
_OUTCOME = "ROW_OUTCOME_"
_HEADS = ("row", "outcome", "what", "column", "code", "text", "way out")
_DIFFERENCES = ("row", "outcome", "what", "file", "here", "text")
_WRONG = (common.ROW_OUTCOME_DIFFERENT, common.ROW_OUTCOME_MISSING, common.ROW_OUTCOME_REFUSED)
Files = Annotated[list[str], typer.Argument(help="KIND=FILE, such as stock=stock.csv; in turn.")]


class _Taker(NamedTuple):
    """Which call of which service takes a kind."""

    service: str
    stub: Any
    kind: "mes.FloorKind.ValueType" = mes.FLOOR_KIND_UNSPECIFIED


KINDS = {
    "orders": _Taker("mes", FloorLoadServiceStub, mes.FLOOR_KIND_ORDERS),
    "lots": _Taker("mes", FloorLoadServiceStub, mes.FLOOR_KIND_LOTS),
    "genealogy": _Taker("mes", FloorLoadServiceStub, mes.FLOOR_KIND_GENEALOGY),
    "stock": _Taker("wms", StockLoadServiceStub),
}
"""In the order in which a plant is taken over."""


def take_over(
    context: typer.Context, kind: str, content: IO[bytes], *, dry_run: bool, as_json: bool
) -> None:
    """Load one file; rows that were refused end the command with an error."""
    mode = common.LOAD_MODE_DRY_RUN if dry_run else common.LOAD_MODE_STORE
    report = _send(context, kind, content, mode)
    if as_json:
        print_json(_plain(report))
    else:
        notes = [_told(note) for note in report.notes[:_SHOWN]]
        if notes:
            print_table(_HEADS, notes, empty="")
        _more(report)
        would = "" if report.stored else " would be" if dry_run else " (nothing is stored)"
        console.print(f"{report.rows} rows{would}: {_counted(report)}", highlight=False)
    if refused := _counts(report)[common.ROW_OUTCOME_REFUSED]:
        raise SaidError(InvalidError(f"{refused} rows are refused", field="file"))


def recount(context: typer.Context, files: Files, as_json: AsJson = False) -> None:
    """Compare files with what is here now; exits 1 on what nothing that happened since explains."""
    wrong, answers = 0, {}
    for kind, file in map(_named, files):
        with _opened(file) as content:
            report = _send(context, kind, content, common.LOAD_MODE_RECOUNT)
        counts = _counts(report)
        wrong += sum(counts[one] for one in _WRONG)
        answers[kind] = _plain(report)
        if not as_json:
            _say_differences(kind, report)
    if as_json:
        print_json(answers)
    if wrong:
        raise SaidError(ConflictError(f"{wrong} rows differ", code="recount_differs"))


def export_taken(
    context: typer.Context, kind: str, plant: str, out: AbstractContextManager[IO[bytes]]
) -> None:
    """Write what was loaded of a plant."""
    taker = KINDS[kind]

    async def write(stub: Any) -> None:
        with out as file:
            if taker.service == "wms":
                pieces = stub.ExportStock(wms.ExportStockRequest(plant=plant))
            else:
                pieces = stub.ExportFloor(mes.ExportFloorRequest(kind=taker.kind, plant=plant))
            async for piece in pieces:
                file.write(piece.content)
            file.flush()

    run(session(context).desks.reach(taker.service, taker.stub, write))


def _send(
    context: typer.Context, kind: str, content: IO[bytes], mode: "common.LoadMode.ValueType"
) -> common.LoadReport:
    taker = KINDS[kind]

    async def pieces() -> AsyncIterator[Any]:
        piece, first = content.read(_PIECE), True
        while piece or first:
            if taker.service == "wms":
                yield wms.LoadStockRequest(mode=mode, content=piece)
            else:
                yield mes.LoadFloorRequest(kind=taker.kind, mode=mode, content=piece)
            piece, first = content.read(_PIECE), False

    async def send(stub: Any) -> Any:
        call = stub.LoadStock if taker.service == "wms" else stub.LoadFloor
        return await call(pieces(), timeout=_LOAD_SECONDS)

    answer = run(session(context).desks.reach(taker.service, taker.stub, send))
    report: common.LoadReport = answer.report
    return report


def _named(given: str) -> tuple[str, Path]:
    kind, sign, file = given.partition("=")
    if kind not in KINDS or not sign:
        raise InvalidError(
            f"{given[:60]!r} is no KIND=FILE",
            code="unknown_kind",
            field="files",
            hint=f"kinds are {', '.join(KINDS)}",
        )
    return kind, Path(file)


def _opened(file: Path) -> AbstractContextManager[IO[bytes]]:
    try:
        return file.open("rb")
    except OSError as error:
        raise InvalidError(f"{file} cannot be read: {error.strerror}", field="file") from error


def _say_differences(kind: str, report: common.LoadReport) -> None:
    counts = _counts(report)
    missing = counts[common.ROW_OUTCOME_MISSING]
    found = report.rows - missing - counts[common.ROW_OUTCOME_REFUSED]
    console.print(
        f"{kind}: rows {report.rows}, found {found},"
        f" different {counts[common.ROW_OUTCOME_DIFFERENT]},"
        f" explained by later changes {counts[common.ROW_OUTCOME_SUPERSEDED]}",
        highlight=False,
    )
    rows = [
        (str(note.row), _name(note.outcome), note.key, note.told, note.found, note.text)
        for note in report.notes[:_SHOWN]
    ]
    if rows:
        print_table(_DIFFERENCES, rows, empty="")
    _more(report)


def _more(report: common.LoadReport) -> None:
    if report.note_count > _SHOWN:
        console.print(f"{report.note_count - _SHOWN} more to be said, not shown", highlight=False)


def _told(note: common.RowNote) -> Sequence[str]:
    name = _name(note.outcome)
    return str(note.row), name, note.key, note.column, note.code, note.text, note.hint


def _counted(report: common.LoadReport) -> str:
    counts = _counts(report)
    said = [f"{count} {_name(outcome)}" for outcome, count in sorted(counts.items()) if outcome]
    return ", ".join(said) or "none"


def _counts(report: common.LoadReport) -> Counter[int]:
    return Counter(report.outcomes)


def _name(outcome: int) -> str:
    value: Any = outcome
    return common.RowOutcome.Name(value).removeprefix(_OUTCOME).lower()


def _plain(report: common.LoadReport) -> dict[str, object]:
    """Outcomes by name; row 2 is the first."""
    said = plain(report)
    said["outcomes"] = [_name(one) for one in report.outcomes]
    said["notes"] = [plain(note) | {"outcome": _name(note.outcome)} for note in report.notes]
    return said
