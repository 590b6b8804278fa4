"""Rows of a CSV file, none larger than memory has room for."""

import csv
from collections.abc import Iterator
from typing import IO

LONGEST_ROW = 1_000_000
"""Characters, line breaks within cells included."""


def rows_of(file: IO[str]) -> Iterator[list[str]]:
    """The cells of each; raises csv.Error on what is no CSV and on a row that is too long."""
    lines = _Lines(file)
    for cells in csv.reader(lines, strict=True):
        lines.left = LONGEST_ROW
        yield cells


class _Lines:
    """Of the row that is read; a line is not read as a whole before it is known to end."""

    def __init__(self, file: IO[str]) -> None:
        self.left = LONGEST_ROW
        self._file = file

    def __iter__(self) -> Iterator[str]:
        """Itself: csv reads line by line."""
        return self

    def __next__(self) -> str:
        """The next line; raises csv.Error when the row is too long."""
        line = self._file.readline(self.left + 1)
        self.left -= len(line)
        if self.left < 0:
            raise csv.Error(f"a row has at most {LONGEST_ROW} characters")
        if not line:
            raise StopIteration
        return line
