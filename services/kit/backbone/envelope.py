"""Events on the wire: CloudEvents 1.0 attributes as stream fields, data as protobuf bytes."""

from datetime import datetime
from typing import Generic, NamedTuple, Self, TypeVar

import msgspec
from google.protobuf.message import Message

M = TypeVar("M", bound=Message)

# ce_id comes first: the append script compares the first value of the last entry.
FIELDS = (
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_time",
    "ce_subject",
    "ce_dataschema",
    "ce_partitionkey",
    "ce_sequence",
    "traceparent",
    "actor",
    "data",
)


class Position(NamedTuple):
    """Where an event stands in its partition: n is gap-free, also across incarnations."""

    incarnation: int
    n: int

    def __str__(self) -> str:
        return f"{self.incarnation}-{self.n}"

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Read a stream id."""
        incarnation, n = text.split(b"-") if isinstance(text, bytes) else text.split("-")
        return cls(int(incarnation), int(n))


START = Position(0, 0)
"""Before everything; also the tail of a stream that does not exist."""


class Event(msgspec.Struct, Generic[M], frozen=True):
    """One fact of its owner. `sequence` counts its key without a gap; `time` only informs."""

    id: str
    type: str
    source: str
    subject: str
    key: str
    sequence: int
    time: datetime
    traceparent: str
    actor: str
    position: Position
    data: M
