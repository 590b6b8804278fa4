"""A topic: the stream names of one service's events, and which partition a key lives in."""

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Topic:
    """One per service. Order is promised within a key; the number of partitions never changes."""

    name: str
    partitions: int = 8

    def part_of(self, key: str) -> int:
        """The partition of a key."""
        return crc32(key.encode()) % self.partitions

    def stream(self, partition: int) -> str:
        """The broker's name of a partition."""
        return f"{self.name}.{partition}"

    def reports(self, partition: int) -> str:
        """The broker's hash in which subscribers report their cursors."""
        return f"{self.name}.{partition}.cursors"
