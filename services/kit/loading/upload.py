"""A file on its way in: bounded, and never in memory as a whole."""

from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import Protocol, TypeVar

from services.kit.errors import InvalidError

MAX_BYTES = 64 * 1024 * 1024
"""Of a file; more comes as several."""
IN_MEMORY = 4 * 1024 * 1024


class Piece(Protocol):
    """A message of an upload."""

    content: bytes


P = TypeVar("P", bound=Piece)


async def receive(pieces: AsyncIterator[P], file: SpooledTemporaryFile[bytes]) -> P:
    """Write them down; the first of them. Raises InvalidError when they are none or too many."""
    first, size = None, 0
    async for piece in pieces:
        first = first or piece
        size += len(piece.content)
        if size > MAX_BYTES:
            raise InvalidError(
                f"a file has at most {MAX_BYTES} bytes",
                code="too_large",
                field="content",
                hint="send it in parts, each with the header",
            )
        file.write(piece.content)
    if first is None:
        raise InvalidError("nothing was sent", code="no_file", field="content")
    file.seek(0)
    return first
