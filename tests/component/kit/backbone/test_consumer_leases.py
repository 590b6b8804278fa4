"""The lease of a partition: who holds it, loses it or gives it up, and what that fences off."""

import asyncio

from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.envelope import Event
from services.kit.backbone.signal import Signal
from tests.component.kit.backbone.shop import TERM, TOPIC, Shop, keys_of
from tests.waiting import until

[KEY, OTHER] = keys_of(0, 2)
STREAM = TOPIC.stream(0)


async def test_who_stands_still_for_a_term_is_replaced_and_fenced(shop: Shop) -> None:
    await shop.deliver((KEY, "1"))
    zombie, heir = shop.consumer(), shop.consumer()
    await zombie.tick()
    [lease] = [lease for lease in zombie.held.values() if lease.partition == 0]
    batch = await zombie._read([lease])
    await heir.tick()
    assert not heir.held
    await asyncio.sleep(TERM * 1.3)
    await heir.tick()
    assert len(heir.held) == TOPIC.partitions
    await shop.consume(heir)
    await zombie._handle_all(batch)
    assert shop.heard.counts[Signal.FENCED] == 1
    assert await shop.effects() == [(KEY, "1")]


async def test_a_zombie_in_the_middle_of_a_batch_cannot_commit(shop: Shop) -> None:
    """It wakes after the new owner took the lease and before that one committed anything."""
    await shop.deliver((KEY, "1"))
    asleep, awake = asyncio.Event(), asyncio.Event()
    real = shop.handlers.take

    async def nap(events: list[Event[StringValue]]) -> None:
        asleep.set()
        await awake.wait()
        await real(events)

    shop.handlers.take = nap  # type: ignore[method-assign]
    zombie, heir = shop.consumer(), shop.consumer()
    await zombie.tick()
    await heir.tick()
    sleeping = asyncio.create_task(zombie.turn())
    await asleep.wait()
    # The mark that precedes a batch is a beat, too: the term begins with it.
    await heir.tick()
    await asyncio.sleep(TERM * 1.3)
    await heir.tick()
    awake.set()
    await sleeping
    assert shop.heard.counts[Signal.FENCED] == 1
    assert await shop.effects() == []
    await shop.consume(heir)
    assert await shop.effects() == [(KEY, "1")]


async def test_a_clean_stop_hands_over_at_once(shop: Shop) -> None:
    first, second = shop.consumer(term=60.0), shop.consumer(term=60.0)
    await first.tick()
    await second.tick()
    await first.leave()
    await second.tick()
    assert len(second.held) == TOPIC.partitions


async def test_a_new_replica_gets_its_share(shop: Shop) -> None:
    first, second, third = (shop.consumer(term=60.0) for _ in range(3))
    for _ in range(3):
        for replica in (first, second):
            await replica.tick()
            await replica.turn()
    assert [len(replica.held) for replica in (first, second)] == [2, 2]
    for _ in range(3):
        for replica in (first, second, third):
            await replica.tick()
            await replica.turn()
    assert sorted(len(replica.held) for replica in (first, second, third)) == [1, 1, 2]
    owned = [place for replica in (first, second, third) for place in replica.held]
    assert len({*owned}) == TOPIC.partitions
    assert shop.heard.counts[Signal.LEASE_LOST] == 0


async def test_partitions_moved_under_load_lose_and_repeat_nothing(shop: Shop) -> None:
    stop = asyncio.Event()
    relay = asyncio.create_task(shop.relay(idle=0.005).run(stop))
    told = []
    running: list[tuple[asyncio.Event, asyncio.Task[None]]] = []
    for i in range(60):
        if i % 15 == 0:
            leave = asyncio.Event()
            running.append((leave, asyncio.create_task(shop.consumer().run(leave))))
        if i == 40:
            running[0][0].set()
        told += [(f"k{j}", f"{i}") for j in range(8)]
        await shop.publish(*told[-8:])
        await asyncio.sleep(0.01)
    await until(lambda: _applied(shop, len(told)), 15)
    for leave, _ in running:
        leave.set()
    stop.set()
    await asyncio.gather(relay, *(task for _, task in running))
    effects = await shop.effects()
    assert len(effects) == len(told)
    for j in range(8):
        assert [value for key, value in effects if key == f"k{j}"] == [str(i) for i in range(60)]


async def _applied(shop: Shop, count: int) -> bool:
    return len(await shop.effects()) >= count
