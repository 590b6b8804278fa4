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

    def note(self, name: str, count: int = 1) -> None:
        """Count; one write(2), so that a kill a moment later cannot take it back."""
        if self._fd is None or self._pid != os.getpid():
            self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            self._pid = os.getpid()
        os.write(self._fd, f"{name} {count}\n".encode())

    def read(self) -> Counter[str]:
        """Sums by name so far."""
        sums: Counter[str] = Counter()
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                name, count = line.split()
                sums[name] += int(count)
        return sums
