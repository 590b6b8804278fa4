"""Rows 13 and 24: the databases restart, or come back as they were before."""

import asyncio
from functools import partial

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.envelope import Position
from services.kit.backbone.snapshot import rebuild, snapshot
from services.kit.backbone.topic import Topic
from services.kit.store import Row, Store, current_work
from tests.faults.facts import owner_store
from tests.faults.place import SUBSCRIBER, TOPIC
from tests.faults.restore import Backup
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long
from tests.servers import PostgresServer

pytestmark = pytest.mark.fault

PROMPT = 10.0


@short_and_long
def test_row_13_nothing_hangs_when_postgres_restarts_during_recovery(
    rig: Rig, postgres: PostgresServer, scale: Scale
) -> None:
    rig.start("producer", Producer())
    rig.start("relay", Relaying())
    for name in ("consumer1", "consumer2"):
        rig.start(name, Consuming())
    for _ in range(scale.hits):
        rig.go_on(0.5)
        rig.go_on_until(lambda: rig.books.backlog() > 0, "work")
        assert all([rig.kill("relay"), rig.kill("consumer1"), rig.kill("consumer2")])
        rig.tend()
        postgres.restart()
    rig.stop("producer")
    rig.drain(PROMPT)
    assert rig.streams().repeated == rig.streams().holes == 0
    rig.conclude(
        f"13-{scale.name}",
        {
            "restarts": scale.hits,
            "connections lost": rig.count("signal.database_lost") + rig.count("producer.retried"),
        },
    )


@short_and_long
def test_row_24_an_older_copy_is_a_new_incarnation(
    rig: Rig, postgres: PostgresServer, scale: Scale
) -> None:
    live_for(rig, 1.0)
    rig.stop("relay")
    rig.books.close()
    backup = Backup(postgres.url, rig.place)
    live_for(rig, 1.0)
    rig.drain()
    rig.stop("relay")
    forgotten = {id for (id,) in rig.books.owner("SELECT id FROM fact")}
    rig.books.close()
    backup.restore()
    forgotten -= {id for (id,) in rig.books.owner("SELECT id FROM fact")}
    for file in rig.place.folder.glob("acked.*"):
        file.unlink()
    rig.start("producer", Producer())
    rig.go_on(2.0)
    rig.start("relay", Relaying())
    rig.go_on_until(lambda: rig.count("signal.fork") >= TOPIC.partitions, "the alert of forks")
    assert set(stray(rig)) == forgotten
    asyncio.run(resynchronise(rig))
    rig.stop("producer")
    rig.drain()
    rig.conclude(
        f"24-{scale.name}",
        {
            "forgotten events": len(forgotten),
            "new incarnations": rig.count("signal.new_incarnation"),
            "ghost tails dropped": rig.count("signal.ghost_dropped"),
            "forks seen": rig.count("signal.fork"),
        },
    )


def live_for(rig: Rig, seconds: float) -> None:
    """Everybody at work, then no producer any more."""
    rig.start("producer", Producer())
    rig.start("relay", Relaying())
    if "consumer" not in rig.names:
        rig.start("consumer", Consuming())
    rig.go_on(seconds)
    rig.stop("producer")


def stray(rig: Rig) -> list[str]:
    """Ids applied that the owner does not know."""
    known = {id for ids in rig.books.accepted().values() for id in ids}
    return [id for _, id in rig.books.journal() if id not in known]


async def resynchronise(rig: Rig) -> None:
    """What a subscriber does after a fork: the owner's state, then the events behind it."""
    owner, reader = owner_store(rig.place), Store(rig.place.reader)

    async def fetch(topic: Topic, partition: int) -> tuple[Position, list[Row]]:
        async with snapshot(owner, topic, partition) as (position, work):
            return position, await work.sql(
                "SELECT key, sequence, data FROM outbox WHERE partition = %s ORDER BY id",
                (partition,),
            )

    for partition in range(TOPIC.partitions):
        load = partial(replace_effects, partition)
        await rebuild(reader, SUBSCRIBER, (TOPIC, partition), fetch, load)
    await owner.close()
    await reader.close()


async def replace_effects(partition: int, state: list[Row]) -> None:
    """The effects of a partition are those of the owner's events, and no others."""
    work = current_work()
    keys = [key for (key,) in await work.sql("SELECT DISTINCT key FROM effect")]
    mine = [key for key in keys if TOPIC.part_of(key) == partition]
    await work.sql("DELETE FROM effect WHERE key = ANY(%s)", (mine,))
    for key, sequence, data in state:
        await work.sql(
            "INSERT INTO effect (key, sequence, id) VALUES (%s, %s, %s)",
            (key, sequence, StringValue.FromString(data).value),
        )
