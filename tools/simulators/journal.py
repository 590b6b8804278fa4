"""A simulator's own file: one line a paper, in order of arrival, on disk before anybody hears."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec


def lines(path: Path) -> Iterator[bytes]:
    """Every line so far, oldest first; a last one that was cut is not one."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


class Journal:
    """Appends to `path`. A line that a death cut in two is removed first."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        whole = path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(self._file, whole)
        self._written = self._kept = whole
        self._turn = asyncio.Lock()

    def write(self, paper: msgspec.Struct) -> None:
        """Take its place in the order; not yet safe."""
        self._written += os.write(self._file, msgspec.json.encode(paper) + b"\n")

    async def keep(self) -> None:
        """Return when all that was written is on disk; many callers share one fsync."""
        mine = self._written
        async with self._turn:
            if self._kept < mine:
                reached = self._written
                await asyncio.to_thread(os.fsync, self._file)
                self._kept = reached
