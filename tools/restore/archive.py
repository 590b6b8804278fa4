"""Whether an archive of WAL is whole: recovery ends without a word where one segment lacks."""

import re
from collections.abc import Collection
from pathlib import Path

from tools.mesh.errors import MeshError

_START = re.compile(r"^START WAL LOCATION: .* \(file ([0-9A-F]{24})\)$", re.MULTILINE)
_SEGMENT = re.compile(r"^[0-9A-F]{24}$")
_A_LOG = 256
"""Segments of 16 MB that share the middle of a name."""


def require_whole(base: Path, archive: Path) -> None:
    """Raises MeshError naming what lacks of the WAL since the base backup began."""
    found = _START.search((base / "backup_label").read_text())
    if found is None:
        raise MeshError(f"{base}/backup_label does not say where its WAL begins")
    names = {path.name.removesuffix(".partial") for path in archive.iterdir()}
    if lacking := missing(names, found[1]):
        raise MeshError(f"the archive lacks {', '.join(lacking)}: what follows would be lost")


def missing(names: Collection[str], first: str) -> list[str]:
    """Segments of the timeline of `first` between it and the last one that are not there."""
    timeline = first[:8]
    there = {_number(name) for name in names if _SEGMENT.match(name) and name[:8] == timeline}
    wanted = range(_number(first), max(there, default=_number(first)) + 1)
    return [_name(timeline, number) for number in wanted if number not in there]


def _number(name: str) -> int:
    return int(name[8:16], 16) * _A_LOG + int(name[16:], 16)


def _name(timeline: str, number: int) -> str:
    return f"{timeline}{number // _A_LOG:08X}{number % _A_LOG:08X}"
