"""Counters that survive kill -9: one appended line a count, summed when read."""

import os
from collections import Counter
from pathlib import Path


class Counters:
    """Counts in an append-only file that many processes write to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        self._pid = 0
        self._read = 0
        self._sums: Counter[str] = Counter()

    def note(self, name: str, count: int = 1) -> None:
        """Count; one write(2), so that a kill a moment later cannot take it back."""
        if self._fd is None or self._pid != os.getpid():
            self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            self._pid = os.getpid()
        os.write(self._fd, f"{name} {count}\n".encode())

    def read(self) -> Counter[str]:
        """Sums by name so far; a line that is being written waits for the next time."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._read)
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.decode().splitlines():
                name, count = line.split()
                self._sums[name] += int(count)
        return self._sums.copy()
