"""Row 8: nothing is trimmed that somebody has not read, also somebody who never spoke."""

import pytest
import redis

from services.kit.backbone.envelope import Position
from tests.faults.place import SUBSCRIBER, TOPIC
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long
from tests.faults.streams import read_entries

pytestmark = pytest.mark.fault

LATE = "late"
PARTITIONS = range(TOPIC.partitions)


@short_and_long
def test_row_8_nobody_loses_what_is_trimmed(rig: Rig, scale: Scale) -> None:
    rig.start("producer", Producer())
    rig.start("relay", Relaying(subscribers=(SUBSCRIBER, LATE), trim=0.2))
    rig.start("consumer", Consuming())
    rig.go_on(scale.seconds / 4)
    rig.go_on_until(lambda: min(heads(rig)) > 10, "ten events a partition")
    rig.go_on_until(lambda: rig.count("signal.trim_withheld") > 0, "the alert")
    assert rig.count("signal.trimmed") == 0
    assert firsts(rig) == [1] * TOPIC.partitions
    report(rig.broker.client, Position(1, 5))
    rig.go_on_until(lambda: firsts(rig) == [5] * TOPIC.partitions, "trimming up to the slow one")
    rig.broker.flush()
    rig.go_on_until(lambda: rig.count("signal.lost_all") >= TOPIC.partitions, "the rebuild")
    rig.go_on_until(lambda: firsts(rig) == [6] * TOPIC.partitions, "a copy from the slow one on")
    report(rig.broker.client, Position(1, 9))
    rig.go_on_until(lambda: firsts(rig) == [9] * TOPIC.partitions, "trimming further")
    rig.stop("producer")
    rig.drain()
    assert rig.streams().holes == 0
    rig.conclude(
        f"8-{scale.name}",
        {
            "passes withheld": rig.count("signal.trim_withheld"),
            "entries trimmed": rig.count("signal.trimmed"),
            "rebuilds": rig.count("signal.lost_all"),
        },
    )


def report(client: redis.Redis, position: Position) -> None:
    """Say where the late subscriber stands."""
    for partition in PARTITIONS:
        client.hset(TOPIC.reports(partition), LATE, str(position))


def heads(rig: Rig) -> list[int]:
    """The count of each partition."""
    return [n for (n,) in rig.books.owner("SELECT n FROM stream_head ORDER BY partition")] or [0]


def firsts(rig: Rig) -> list[int]:
    """The number of each stream's oldest entry, 0 if it is empty."""
    oldest = [read_entries(rig.broker.client, TOPIC.stream(p)) for p in PARTITIONS]
    return [Position.parse(entries[0][0]).n if entries else 0 for entries in oldest]
