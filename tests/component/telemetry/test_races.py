"""Collectors that overlap, late ones, and one that is killed again and again."""

import asyncio
import random
import sys
from collections import defaultdict
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

import pytest

from services.kit.errors import ConflictError
from services.telemetry.application.record_looks import record_looks
from services.telemetry.domain.look import Look
from tests.component.kit.test_commands import waiting_for_a_lock
from tests.component.telemetry.hub import Hub, open_hub
from tests.component.telemetry.recorder import LAST, MACHINES
from tests.unit.telemetry.reports import OVEN, PRESS, at, look
from tests.unit.telemetry.use_cases import machine, record

T = TypeVar("T")


def apart(doing: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """In a task that does not inherit the unit of work open here."""
    return asyncio.create_task(doing, context=Context())


async def test_a_late_batch_waits_for_the_new_terms_and_is_refused_whole(
    hub: Hub, database: str
) -> None:
    await record(hub, look(1), epoch=1)
    async with open_hub(database) as zombie:
        async with hub.work() as books:
            await record_looks(books, 2, [look(2)], [])
            late = apart(record(zombie, look(3), look(1, equipment=OVEN), epoch=1))
            await waiting_for_a_lock(hub.store)
            assert not late.done()
        with pytest.raises(ConflictError, match="epoch 1 is over"):
            await late
    assert (await machine(hub)).look == look(2)
    assert [(epoch, path) for epoch, path, _ in await hub.told()] == [(1, PRESS), (2, PRESS)]


async def test_the_new_term_waits_for_a_batch_under_way_and_sees_what_it_recorded(
    hub: Hub, database: str
) -> None:
    async with open_hub(database) as successor:
        async with hub.work() as books:
            await record_looks(books, 1, [look(1), look(2)], [])
            taking = apart(record(successor, look(2), look(3), epoch=2))
            await waiting_for_a_lock(hub.store)
        await taking
    assert [epoch for epoch, _, _ in await hub.told()] == [1, 1, 2]
    assert (await machine(hub)).mark.read_at == at(3).moment


async def test_two_that_tell_the_same_never_tell_twice(hub: Hub, database: str) -> None:
    dice = random.Random(7)
    paths = [f"lyon/press-{n}" for n in range(6)]

    async def tell(instance: Hub) -> None:
        for second in range(40):
            known = dice.sample(paths, len(paths))
            await record(instance, *(look(second, equipment=path) for path in known))

    async with open_hub(database) as other:
        await asyncio.gather(tell(hub), tell(other))
    told = await looks_told(hub)
    assert told.keys() == set(paths)
    for seconds in told.values():
        assert seconds == sorted(set(seconds))
        assert seconds[-1] == 39


async def test_machines_named_in_any_order_are_locked_in_one(hub: Hub, database: str) -> None:
    paths = [f"lyon/press-{n}" for n in range(300)]

    async def open_all(instance: Hub, named: list[str]) -> None:
        for _ in range(15):
            async with instance.work() as books:
                await books.machines.open(1, named)

    await record(hub, *(look(1, equipment=path) for path in paths))
    async with open_hub(database) as other:
        await asyncio.gather(open_all(hub, paths), open_all(other, paths[::-1]))


async def test_a_collector_killed_anywhere_loses_and_repeats_nothing(
    hub: Hub, database: str
) -> None:
    died, epoch = 0, 0
    async with asyncio.timeout(120):
        while True:
            epoch += 1
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.component.telemetry.recorder", database, str(epoch))
            )
            if await process.wait() == 0:
                break
            died += 1
    assert died == 6
    told = await looks_told(hub)
    assert told == {path: list(range(1, LAST + 1)) for path in MACHINES}
    async with hub.store.work() as work:
        rows = await work.sql("SELECT key, array_agg(sequence ORDER BY id) FROM outbox GROUP BY 1")
    assert dict(rows) == told


async def looks_told(hub: Hub) -> dict[str, list[int]]:
    """The seconds of the looks in the outbox, in order, by machine."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for path, event in await hub.events():
        found[path].append(int(event.counters[0].reading.value))
    return dict(found)


def test_the_looks_of_these_tests_show_their_second() -> None:
    shown: Look = look(7)
    assert (shown.counters[0].reading.text, shown.read_at) == ("7", at(7))
