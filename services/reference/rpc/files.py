"""Files on their way in and out: bounded in size, and never in memory as a whole."""

import csv
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from plantmesh.reference.v1 import master_pb2 as pb

from services.kit.errors import InvalidError
from services.kit.paging import LARGEST_SIZE
from services.kit.store import Store
from services.reference.application.load_master_data import Report, load_master_data
from services.reference.domain.code_state import Status
from services.reference.ports import Books, Chosen, Records
from services.reference.wire.master import KINDS
from services.reference.wire.table import Table
from services.reference.wire.tables import TABLES

MAX_BYTES = 128 * 1024 * 1024
"""Of a file; more comes as several."""
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 256 * 1024


class _UndoneError(Exception):
    """Ends a unit of work that shall leave nothing."""


def table_of(kind: int, field: str) -> Table:
    """Raises InvalidError naming `field` where the kind has no file."""
    if found := TABLES.get(KINDS.get(kind, "")):
        return found
    raise InvalidError(
        "this kind has no file", code="no_file", field=field, hint=f"there are: {', '.join(TABLES)}"
    )


@contextmanager
def spooled() -> Iterator[SpooledTemporaryFile[bytes]]:
    """Room for a file; on disk when it is a large one."""
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        yield file


async def receive(
    requests: AsyncIterator[pb.LoadMasterDataRequest], file: SpooledTemporaryFile[bytes]
) -> pb.LoadMasterDataRequest:
    """Write the pieces down; the first request. Raises InvalidError when they are too many."""
    first = pb.LoadMasterDataRequest()
    size = 0
    async for request in requests:
        if not size:
            first = pb.LoadMasterDataRequest(kind=request.kind, dry_run=request.dry_run)
        size += len(request.content)
        if size > MAX_BYTES:
            raise InvalidError(
                f"a file has at most {MAX_BYTES} bytes",
                code="too_large",
                field="content",
                hint="send it in parts, each with the header",
            )
        file.write(request.content)
    file.seek(0)
    return first


async def load(
    store: Store, books: Books, table: Table, file: IO[bytes], *, dry_run: bool, steward: str
) -> pb.LoadMasterDataResponse:
    """All of it, or nothing when a row is refused or it is a rehearsal."""
    report = Report()
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    stored = False
    try:
        async with store.work():
            rows = table.read(text, report)
            await load_master_data(books, table.target, rows, report, steward=steward)
            if dry_run or report.problem_count:
                raise _UndoneError
        stored = True
    except _UndoneError:
        pass
    finally:
        text.detach()
    return pb.LoadMasterDataResponse(
        rows=report.rows,
        changed=report.changed if stored or (dry_run and not report.problem_count) else 0,
        problems=[
            pb.RowProblem(
                row=one.row, column=one.column, code=one.code, reason=one.reason, hint=one.hint
            )
            for one in report.problems
        ],
        problem_count=report.problem_count,
        stored=stored,
    )


async def export(store: Store, books: Books, table: Table) -> AsyncIterator[bytes]:
    """The file piece by piece, header first; each page is read by itself, in order of the key."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    async for records in _pages(store, books, table):
        for record in records:
            writer.writerows(table.write(record))
        if out.tell() > _PIECE:
            yield _taken(out)
    yield _taken(out)


async def _pages(store: Store, books: Books, table: Table) -> AsyncIterator[Sequence[Any]]:
    place: Any = None
    while True:
        async with store.work():
            page = await _page(books, table, place)
        if not page:
            return
        yield [one for one in page if table.has_rows(one)]
        place = page[-1].place if table.target.part == "code_mappings" else page[-1].key


async def _page(books: Books, table: Table, place: Any) -> Sequence[Any]:
    if table.target.part == "code_mappings":
        approved = Chosen(status=Status.APPROVED)
        return await books.code_mappings.after(place, LARGEST_SIZE, approved)
    records: Records[Any] = getattr(books, table.target.part)
    return await records.after(place, LARGEST_SIZE)


def _taken(out: io.StringIO) -> bytes:
    piece = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return piece
