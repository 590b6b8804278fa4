"""Placing and publishing: gap-free positions, and a stream that is what the outbox says."""

import asyncio

import pytest
from redis.asyncio import Redis

from services.kit import checkpoint
from services.kit.backbone.envelope import Position
from services.kit.backbone.relay import Relay
from services.kit.backbone.signal import Signal
from services.kit.backbone.topic import Topic
from tests.component.kit.backbone.shop import TERM, TOPIC, Died, Shop, keys_of
from tests.servers import ValkeyServer
from tests.waiting import until

[KEY] = keys_of(0, 1)
STREAM = TOPIC.stream(0)


async def positions(shop: Shop) -> list[str]:
    return [id for id, _ in await shop.entries(0)]


async def ids(shop: Shop) -> list[str]:
    return [ce_id for _, ce_id in await shop.entries(0)]


async def test_a_stream_is_the_outbox_in_order(shop: Shop) -> None:
    told = [*await shop.publish((KEY, "1"), (KEY, "2")), *await shop.publish((KEY, "3"))]
    await shop.carry(shop.relay())
    assert await positions(shop) == ["1-1", "1-2", "1-3"]
    assert await ids(shop) == told
    [(_, fields)] = await shop.raw(0, high="1-1")
    assert next(iter(fields)) == b"ce_id"
    assert {name: fields[name] for name in (b"ce_type", b"ce_source", b"ce_sequence")} == {
        b"ce_type": b"google.protobuf.StringValue",
        b"ce_source": b"plantmesh.shop",
        b"ce_sequence": b"1",
    }


async def test_two_relays_at_once_share_no_position_and_lose_nothing(shop: Shop) -> None:
    class Unlocked(Relay):
        """Works whoever holds the lock."""

        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[arg-type]
            self._shift.begins = self.always  # type: ignore[method-assign]

        async def always(self) -> bool:
            """Yes."""
            return True

    stop = asyncio.Event()
    relays = [shop.relay(Unlocked, batch=7, idle=0.001) for _ in range(2)]
    running = [asyncio.create_task(relay.run(stop)) for relay in relays]
    told = []
    for i in range(60):
        told += await shop.publish(*((KEY, f"{i}.{j}") for j in range(5)))
    await until(lambda: _has(shop, 300))
    stop.set()
    await asyncio.gather(*running)
    assert await ids(shop) == told
    assert await positions(shop) == [f"1-{n}" for n in range(1, 301)]


async def _has(shop: Shop, count: int) -> bool:
    return bool(await shop.redis.xlen(STREAM) >= count)


async def test_the_second_relay_rests_until_the_first_stands_still(shop: Shop) -> None:
    first, second = shop.relay(), shop.relay()
    await first.turn()
    await shop.publish((KEY, "1"))
    assert await second.turn()
    assert await positions(shop) == []
    await asyncio.sleep(TERM * 1.2)
    await shop.carry(second)
    assert await positions(shop) == ["1-1"]


async def test_what_the_broker_lost_while_idle_is_published_again(shop: Shop) -> None:
    relay = shop.relay()
    told = await shop.publish((KEY, "1"), (KEY, "2"))
    await shop.carry(relay)
    await shop.redis.flushall()
    await shop.carry(relay)
    assert await ids(shop) == told
    assert shop.heard.counts[Signal.LOST_ALL] == 1


async def test_the_tail_that_a_failover_lost_is_published_again(shop: Shop) -> None:
    relay = shop.relay()
    told = await shop.publish(*((KEY, str(i)) for i in range(5)))
    await shop.carry(relay)
    copy = await shop.raw(0, high="1-3")
    await shop.redis.delete(STREAM)
    await shop.add(0, *copy)
    await shop.carry(relay)
    assert await ids(shop) == told
    assert shop.heard.counts[Signal.BEHIND] == 1


async def test_a_relay_that_died_after_publishing_publishes_nothing_twice(shop: Shop) -> None:
    def die(name: str) -> None:
        if name == "relay.after_publish":
            raise Died

    checkpoint.observe(die)
    told = await shop.publish((KEY, "1"), (KEY, "2"))
    dying = shop.relay()
    with pytest.raises(Died):
        await shop.carry(dying)
    await dying.close()
    checkpoint.observe(lambda name: None)
    told += await shop.publish((KEY, "3"))
    await shop.carry(shop.relay())
    assert await ids(shop) == told
    assert shop.heard.counts[Signal.REPUBLISH_SUPPRESSED] == 2


async def test_a_full_broker_loses_nothing(shop: Shop, fresh_valkey: ValkeyServer) -> None:
    shop.redis = Redis.from_url(fresh_valkey.url)
    relay = shop.relay()
    await shop.publish((KEY, "1"))
    await shop.carry(relay)
    await shop.redis.config_set("maxmemory", "1")
    told = await shop.publish((KEY, "2"))
    await shop.carry(relay)
    assert await positions(shop) == ["1-1"]
    assert shop.heard.counts[Signal.BROKER_REFUSED]
    [(sent,)] = await shop.ask_owner("SELECT sent_n FROM stream_head WHERE partition = 0")
    assert sent == 1
    await shop.redis.config_set("maxmemory", "0")
    await shop.carry(relay)
    assert (await ids(shop))[1:] == told


async def test_a_broker_that_may_evict_gets_nothing(shop: Shop, fresh_valkey: ValkeyServer) -> None:
    shop.redis = Redis.from_url(fresh_valkey.url)
    await shop.redis.config_set("maxmemory-policy", "allkeys-lru")
    relay = shop.relay()
    await shop.publish((KEY, "1"))
    await shop.carry(relay)
    assert shop.heard.counts[Signal.EVICTION_ALLOWED]
    assert await positions(shop) == []
    await shop.redis.config_set("maxmemory-policy", "noeviction")
    await shop.carry(relay)
    assert await positions(shop) == ["1-1"]


async def test_a_broker_that_was_away_gets_what_was_written_meanwhile(
    shop: Shop, fresh_valkey: ValkeyServer
) -> None:
    shop.redis = Redis.from_url(fresh_valkey.url)
    relay = shop.relay()
    await shop.publish((KEY, "1"))
    await shop.carry(relay)
    fresh_valkey.kill()
    await shop.publish((KEY, "2"))
    await relay.turn()
    assert shop.heard.counts[Signal.BROKER_DOWN]
    fresh_valkey.start()
    await shop.carry(relay)
    assert await positions(shop) == ["1-1", "1-2"]


async def test_an_entry_that_is_not_ours_stops_its_partition_alone(shop: Shop) -> None:
    other = keys_of(1, 1)[0]
    relay = shop.relay()
    await shop.publish((KEY, "1"), (other, "1"))
    await shop.carry(relay)
    await shop.add(0, ("1-2", {b"ce_id": b"foreign"}))
    await shop.publish((KEY, "2"), (other, "2"))
    await shop.carry(relay)
    assert shop.heard.counts[Signal.FOREIGN_TAIL]
    assert shop.heard.facts[Signal.FOREIGN_TAIL]["partition"] == 0
    assert await ids(shop) == [(await ids(shop))[0], "foreign"]
    assert len(await shop.entries(1)) == 2


async def test_a_position_of_ours_with_another_event_is_not_ours(shop: Shop) -> None:
    """As after a restore that nothing could tell: the head grew past the lost positions."""
    await shop.publish((KEY, "1"), (KEY, "2"))
    await shop.carry(shop.relay(batch=1))
    await shop.redis.delete(STREAM)
    await shop.add(0, ("1-2", {b"ce_id": b"forgotten"}))
    await shop.publish((KEY, "3"))
    await shop.carry(shop.relay(patience=0.0))
    assert shop.heard.counts[Signal.FOREIGN_TAIL]
    assert await ids(shop) == ["forgotten"]


async def test_a_hole_in_the_outbox_stops_the_partition(shop: Shop) -> None:
    relay = shop.relay()
    await shop.publish((KEY, "1"))
    await shop.carry(relay)
    await shop.ask_owner("UPDATE stream_head SET n = 7 WHERE partition = 0")
    await shop.publish((KEY, "2"))
    await shop.carry(relay)
    assert shop.heard.counts[Signal.HOLE_IN_OUTBOX]
    assert await positions(shop) == ["1-1"]


async def test_another_number_of_partitions_is_refused(shop: Shop) -> None:
    await shop.carry(shop.relay())
    other = Relay(shop.owner, shop.redis, Topic(TOPIC.name, 8))
    shop.opened.append(other)
    with pytest.raises(RuntimeError, match="break its order"):
        await other.turn()


async def test_a_lost_database_connection_is_opened_again(shop: Shop) -> None:
    relay = shop.relay()
    await shop.carry(relay)
    await shop.ask_owner(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    await shop.publish((KEY, "1"))
    await relay.turn()
    assert shop.heard.counts[Signal.DATABASE_LOST] == 1
    await shop.carry(relay)
    assert await positions(shop) == ["1-1"]


async def test_a_commit_in_the_same_process_wakes_the_relay(shop: Shop) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(shop.relay(idle=30.0).run(stop))
    await until(lambda: _stands(shop))
    await shop.publish((KEY, "1"))
    await until(lambda: _has(shop, 1))
    stop.set()
    await shop.publish((KEY, "2"))
    await running


async def _stands(shop: Shop) -> bool:
    return Signal.STARTED_EMPTY in shop.heard.counts


async def test_positions_sort_and_read_back() -> None:
    assert Position.parse("2-1") > Position.parse(b"1-9")
    assert str(Position(1, 2)) == "1-2"
    with pytest.raises(ValueError, match="unpack"):
        Position.parse("1")
