"""The folder of a service's exports, on other storage than the database's; replicas share it."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

_NAME = re.compile(
    r"(?P<service>[a-z]+)\.(?P<partition>\d+)\.(?P<first>\d+)-(?P<last>\d+)\.jsonl\.gz"
)

_ABANDONED = 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The file with the seals `first` to `last` of a chain."""

    path: Path
    first: int
    last: int


def read_name(path: Path) -> tuple[str, int, Piece] | None:
    """The service and partition that an export is named for, and its seals; None for others."""
    name = _NAME.fullmatch(path.name)
    if name is None:
        return None
    piece = Piece(path, int(name["first"]), int(name["last"]))
    return name["service"], int(name["partition"]), piece


@dataclass(frozen=True, slots=True)
class Archive:
    """Of one service; a file that has its name is complete and was proved."""

    folder: Path
    service: str

    def path(self, partition: int, first: int, last: int) -> Path:
        """Where these seals go."""
        return self.folder / f"{self.service}.{partition}.{first:010}-{last:010}.jsonl.gz"

    def draft(self, partition: int) -> Path:
        """A name for what is not finished; what others left behind long ago is removed."""
        for path in self.folder.glob(f"{self.service}.{partition}.*.part"):
            if time.time() - path.stat().st_mtime > _ABANDONED:  # house: allow wall-clock - files
                path.unlink(missing_ok=True)
        return self.folder / f"{self.service}.{partition}.{token_hex(8)}.part"

    def pieces(self, partition: int) -> list[Piece]:
        """What is there of a chain, in its order."""
        if not self.folder.is_dir():
            return []
        found = []
        for path in self.folder.iterdir():
            name = read_name(path)
            if name and name[:2] == (self.service, partition):
                found.append(name[2])
        return sorted(found, key=lambda one: one.first)

    def following(self, partition: int, seal: int) -> list[Piece]:
        """Those that go on behind `seal`, one after the other without a gap."""
        found: list[Piece] = []
        for one in self.pieces(partition):
            if one.first == (found[-1].last if found else seal) + 1:
                found.append(one)
        return found

    def covering(self, partition: int, first: int, last: int) -> list[Piece]:
        """Those that hold the seals `first` to `last`, in their order; [] unless all of them."""
        found: list[Piece] = []
        while (found[0].first if found else last + 1) > first:
            piece = self.ending(partition, found[0].first - 1 if found else last)
            if piece is None:
                return []
            found.insert(0, piece)
        return found

    def ending(self, partition: int, seal: int) -> Piece | None:
        """The one that ends with this seal."""
        return next((one for one in self.pieces(partition) if one.last == seal), None)
