"""What stands in the broker, read as a stranger would: with plain commands."""

from dataclasses import dataclass
from typing import Any

import redis

from services.kit.backbone.topic import Topic


@dataclass(frozen=True, slots=True)
class Streams:
    """All partitions of a topic: entries, ids that stand there twice, breaks in the count."""

    ids: frozenset[str]
    entries: int
    repeated: int
    holes: int


def read_entries(client: redis.Redis, stream: str) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """(position, fields) of a stream, oldest first."""
    found: Any = client.xrange(stream)
    return list(found)


def read_streams(client: redis.Redis, topic: Topic) -> Streams:
    """Everything in the topic's streams now."""
    ids: set[str] = set()
    entries = holes = 0
    for partition in range(topic.partitions):
        before = None
        for position, fields in read_entries(client, topic.stream(partition)):
            number = int(position.split(b"-")[1])
            holes += before is not None and number != before + 1
            before = number
            entries += 1
            ids.add(fields[b"ce_id"].decode())
    return Streams(frozenset(ids), entries, entries - len(ids), holes)
