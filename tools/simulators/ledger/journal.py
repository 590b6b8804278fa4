"""The ledger's journal, read back."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tools.simulators.journal import lines
from tools.simulators.ledger.papers import Document, Paper

_READER = msgspec.json.Decoder(Paper)


def read(path: Path) -> Iterator[Paper]:
    """Every paper so far, oldest first."""
    return map(_READER.decode, lines(path))


def documents(path: Path) -> list[Document]:
    """What was booked, in order of arrival: the judge's copy."""
    return [paper for paper in read(path) if isinstance(paper, Document)]
