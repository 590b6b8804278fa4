"""`plantctl load` and `export`: master data, and plants that already run, as CSV files."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Annotated

import typer
from plantmesh.reference.v1 import master_pb2 as pb
from plantmesh.reference.v1.master_pb2_grpc import MasterDataServiceStub

from services.kit.errors import InvalidError
from tools.plantctl.options import AsJson, DryRun
from tools.plantctl.printing import console, plain, print_json, print_table
from tools.plantctl.session import SaidError, run, session
from tools.plantctl.takeover import KINDS, export_taken, take_over

_PREFIX = "MASTER_DATA_KIND_"
_PIECE = 1024 * 1024
_SECONDS = 60.0
_LOAD_SECONDS = 600.0
_HEADS = ("row", "column", "code", "reason", "way out")
_SHOWN = 50

Kind = Annotated[
    str,
    typer.Argument(
        help="items, conversions, boms, routings, locations, ...; of a plant that runs: orders, "
        "lots, genealogy, stock"
    ),
]
Plant = Annotated[str, typer.Option(help="Whose; of orders, lots, genealogy and stock.")]
Source = Annotated[Path, typer.Argument(help="CSV with a header, UTF-8; - for standard input.")]
Target = Annotated[Path, typer.Option("--to", help="Else standard output.")]


def load(
    context: typer.Context,
    kind: Kind,
    file: Source,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Load a file: all of it, or nothing when a row is refused."""
    if kind in KINDS:
        with _opened(file) as content:
            take_over(context, kind, content, dry_run=dry_run, as_json=as_json)
        return
    number = _number(kind)

    async def pieces(content: IO[bytes]) -> AsyncIterator[pb.LoadMasterDataRequest]:
        piece = content.read(_PIECE)
        yield pb.LoadMasterDataRequest(kind=number, dry_run=dry_run, content=piece)
        while piece := content.read(_PIECE):
            yield pb.LoadMasterDataRequest(content=piece)

    desks = session(context).desks
    with _opened(file) as content:
        answer = run(
            desks.reach(
                "reference",
                MasterDataServiceStub,
                lambda stub: stub.LoadMasterData(pieces(content), timeout=_LOAD_SECONDS),
            )
        )
    if as_json:
        print_json(plain(answer))
    else:
        _say(answer, dry_run=dry_run)
    if answer.problem_count:
        raise SaidError(InvalidError(f"{answer.problem_count} rows are refused", field="file"))


def export(context: typer.Context, kind: Kind, to: Target | None = None, plant: Plant = "") -> None:
    """Write it as a file; loading that changes nothing."""
    if kind in KINDS:
        place = to.open("wb") if to else nullcontext(sys.stdout.buffer)
        export_taken(context, kind, plant, place)
        return
    request = pb.ExportMasterDataRequest(kind=_number(kind))
    desks = session(context).desks
    out: AbstractContextManager[IO[bytes]] = to.open("wb") if to else nullcontext(sys.stdout.buffer)

    async def write(stub: MasterDataServiceStub) -> None:
        with out as file:
            async for piece in stub.ExportMasterData(request, timeout=_SECONDS):
                file.write(piece.content)
            file.flush()

    run(desks.reach("reference", MasterDataServiceStub, write))


def _number(kind: str) -> pb.MasterDataKind.ValueType:
    name = f"{_PREFIX}{kind.upper()}"
    kinds = [one.removeprefix(_PREFIX).lower() for one in pb.MasterDataKind.keys()[1:]]
    if kind not in kinds:
        raise InvalidError(
            f"there is no {kind}",
            code="unknown_kind",
            field="kind",
            hint=", ".join((*kinds, *KINDS)),
        )
    return pb.MasterDataKind.Value(name)


def _opened(file: Path) -> AbstractContextManager[IO[bytes]]:
    if str(file) == "-":
        return nullcontext(sys.stdin.buffer)
    try:
        return file.open("rb")
    except OSError as error:
        raise InvalidError(f"{file} cannot be read: {error.strerror}", field="file") from error


def _say(answer: pb.LoadMasterDataResponse, *, dry_run: bool) -> None:
    if answer.problem_count:
        print_table(_HEADS, map(_cells, answer.problems[:_SHOWN]), empty="")
        more = answer.problem_count - _SHOWN
        tail = f", {more} of them not shown" if more > 0 else ""
        console.print(f"{answer.problem_count} problems{tail}; nothing is stored", highlight=False)
    else:
        done = "would change" if dry_run else "changed"
        console.print(f"{answer.rows} rows, {answer.changed} records {done}", highlight=False)


def _cells(problem: pb.RowProblem) -> Sequence[str]:
    return str(problem.row), problem.column, problem.code, problem.reason, problem.hint
