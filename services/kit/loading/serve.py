"""One way for a service to answer an upload, and to write a file."""

import csv
import io
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import Any, TypeVar

from plantmesh.common.v1 import load_pb2 as pb

from services.kit.errors import InvalidError
from services.kit.loading.takeover import Kind, load, rehearse, take_stock
from services.kit.loading.upload import IN_MEMORY
from services.kit.loading.wire import write_report
from services.kit.store import Store

T = TypeVar("T")
_PIECE = 256 * 1024


async def answer(
    store: Store, kind: Kind[Any], mode: int, file: SpooledTemporaryFile[bytes]
) -> pb.LoadReport:
    """What became of the file; raises InvalidError naming `mode`."""
    match mode:
        case pb.LOAD_MODE_STORE:
            report = await load(store, kind, file)
        case pb.LOAD_MODE_DRY_RUN:
            report = await rehearse(store, kind, file)
        case pb.LOAD_MODE_RECOUNT:
            report = await take_stock(store, kind, file)
        case _:
            raise InvalidError("say what to do with it", code="mode_required", field="mode")
    return write_report(report)


def room() -> SpooledTemporaryFile[bytes]:
    """For a file; on disk when it is a large one."""
    return SpooledTemporaryFile(IN_MEMORY)


async def export(store: Store, kind: Kind[T], plant: str) -> AsyncIterator[bytes]:
    """The file piece by piece, header first; each page is read by itself, in order of the key."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(kind.sheet.columns)
    last: T | None = None
    while True:
        async with store.work():
            page = await kind.page(plant, last)
        if not page:
            break
        writer.writerows(kind.sheet.lines(page))
        last = page[-1]
        if out.tell() > _PIECE:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    piece = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return piece
