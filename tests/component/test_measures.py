"""Business measures and their like equal a recount of the tables, and stay at 0 when it is over."""

import math
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.erp.store.releases import DelayedReleases
from services.erp.store.silence import Silence
from services.kit.clock import ManualClock
from services.kit.migrate import migrate
from services.kit.signals.registry import registry
from services.kit.store import Store
from services.process.store.open_work import OpenWork
from services.reference.store.stewardship import Stewardship
from services.telemetry.adapters.backlog import Backlog
from services.telemetry.adapters.buffer import Buffer
from tests.servers import PostgresServer
from tests.unit.telemetry.reports import NOON, look

FACT = (
    "INSERT INTO fact (id, flow, saga, track, kind, content, actor, traceparent, state, until)"
    " VALUES (%s, 'order/lyon/1', 's', 't', 'k', '{}', '', '', %s, %s)"
)
EFFECT = (
    "INSERT INTO effect (at, reference, flow, track, kind, content, lot, actor, traceparent, state,"
    " until, posting) VALUES (%s, %s, %s, 't', 'k', '{}', '', '', '', %s, %s, %s)"
)
PREPARED = {name: partial(migrate, name) for name in ("process", "reference", "erp")}
Reading = tuple[float, Mapping[str, str]]


@asynccontextmanager
async def database(postgres: PostgresServer, service: str) -> AsyncIterator[Store]:
    """Of a service, empty."""
    store = Store(postgres.dsn(f"measures_{service}", prepared_by=PREPARED[service]))
    yield store
    await store.close()


async def write(store: Store, query: str, *rows: tuple[Any, ...]) -> None:
    async with store.work() as work:
        for row in rows or [()]:
            await work.sql(query, row)


async def recounted(store: Store, measure: str) -> dict[tuple[str, ...], int]:
    query: Any = registry().measures[measure].recount
    async with store.work() as work:
        return {tuple(labels): count for *labels, count in await work.sql(query)}


def shown(readings: Iterable[Reading]) -> dict[tuple[str, ...], float]:
    return {tuple(labels.values()): value for value, labels in readings}


async def test_what_is_confirmed_and_not_booked(postgres: PostgresServer) -> None:
    async with database(postgres, "process") as store:
        work = OpenWork(store)
        flows = [(f"order/{plant}/1",) for plant in ("lyon", "ulm")]
        await write(store, "INSERT INTO flow (key, look_at) VALUES (%s, now())", *flows)
        await write(
            store,
            EFFECT,
            ("erp", "a", "order/lyon/1", "done", "", ""),
            ("erp", "b", "order/lyon/1", "done", "", "refused"),
            ("erp", "c", "order/lyon/1", "done", "", "posted"),
            ("erp", "d", "order/ulm/1", "done", "", "skipped"),
            ("wms", "e", "order/ulm/1", "refused", "person", ""),
            ("wms", "f", "order/ulm/1", "refused", "release", ""),
        )
        await write(store, FACT, ("1", "refused", "person"), ("2", "open", ""), ("3", "done", ""))
        await write(
            store,
            "UPDATE fact SET refused_at = now() - interval '2 hours' WHERE state = 'refused'",
        )
        await write(
            store,
            "UPDATE effect SET refused_at = now() - interval '2 days' WHERE state = 'refused'",
        )
        told = """UPDATE effect SET content = json_build_object('occurred_at', json_build_object(
            'moment', now() - %s * interval '1 hour')) WHERE reference = %s"""
        await write(store, told, (2, "a"), (1, "b"), (9, "c"))
        await work.look()
        unposted, stuck = shown(work.unposted()), shown(work.stuck())
        assert unposted == await recounted(store, "plantmesh.process.unposted") == {("lyon",): 2}
        recount = await recounted(store, "plantmesh.process.stuck")
        assert stuck == recount == {("fact",): 1, ("effect",): 1}
        orders = shown(work.stuck_orders())
        assert orders == await recounted(store, "plantmesh.process.stuck_orders")
        assert orders == {("lyon", "hours"): 1, ("ulm", "days"): 1}
        assert 7200 <= shown(work.oldest())["lyon",] < 7800
        await write(store, "UPDATE effect SET posting = 'posted', state = 'done'")
        await work.look()
        assert shown(work.unposted()) == {("lyon",): 0}
        assert shown(work.stuck()) == {("fact",): 1, ("effect",): 0}
        assert shown(work.oldest()) == {("lyon",): 0}
        assert shown(work.stuck_orders()) == {("lyon", "hours"): 1, ("ulm", "days"): 0}


async def test_codes_that_wait_for_a_steward(postgres: PostgresServer) -> None:
    async with database(postgres, "reference") as store:
        queue = Stewardship(store)
        await write(
            store,
            "INSERT INTO unmapped_code (direction, domain, system, plant, code, first_seen)"
            " VALUES ('in', 'uom', %s, '', %s, now() - %s * interval '1 hour')",
            ("lyon-erp", "KGS", 5),
            ("lyon-erp", "STK", 1),
            ("ulm-erp", "KGS", 0),
        )
        await queue.look()
        recount = await recounted(store, "plantmesh.reference.unmapped")
        assert shown(queue.counts()) == recount == {("lyon-erp",): 2, ("ulm-erp",): 1}
        ages = shown(queue.ages())
        assert 5 * 3600 <= ages["lyon-erp",] < 5 * 3600 + 600
        await write(store, "DELETE FROM unmapped_code")
        await queue.look()
        assert shown(queue.counts()) == {("lyon-erp",): 0, ("ulm-erp",): 0}
        assert shown(queue.ages()) == {("lyon-erp",): 0, ("ulm-erp",): 0}


async def test_orders_that_should_have_been_released(postgres: PostgresServer) -> None:
    async with database(postgres, "erp") as store:
        delayed = DelayedReleases(store)
        await write(
            store,
            "INSERT INTO production_order (plant, order_no, system, item_no, amount, unit,"
            " lifecycle, confirmation, delivery, technically_complete, material_shortage,"
            " quality_hold, version, as_of, due_start, components, operations) VALUES (%s, %s, 's',"
            " 'i', 1, 'KGM', %s, 'none', 'none', false, false, false, '1', now(),"
            " now() + %s * interval '1 hour', '[]', '[]')",
            ("lyon", "late", "planned", -1),
            ("lyon", "later", "planned", -40),
            ("lyon", "ahead", "planned", 1),
            ("lyon", "begun", "released", -9),
            ("ulm", "unplanned", "planned", None),
        )
        await delayed.look()
        recount = await recounted(store, "plantmesh.erp.delayed_releases")
        assert shown(delayed.read()) == recount == {("lyon",): 2}
        await write(store, "UPDATE production_order SET lifecycle = 'released'")
        await delayed.look()
        assert shown(delayed.read()) == {("lyon",): 0}


async def test_how_long_erps_are_silent(postgres: PostgresServer) -> None:
    async with database(postgres, "erp") as store:
        silence = Silence(store)
        await write(
            store,
            "INSERT INTO systems (id, adapter, budget, enabled) VALUES (%s, 'ledger', 1, %s)",
            ("lyon-erp", True),
            ("new-erp", True),
            ("old-erp", False),
        )
        await write(
            store,
            "INSERT INTO source (system, interval_seconds, tried_at, heard_at)"
            " VALUES (%s, 60, now(), now() - interval '1 hour')",
            ("lyon-erp",),
            ("old-erp",),
        )
        await silence.look()
        found = shown(silence.read())
        assert found.keys() == {("lyon-erp",), ("new-erp",)}
        assert 3600 <= found["lyon-erp",] < 4200
        assert math.isinf(found["new-erp",])


async def test_what_waits_in_an_edge_buffer(tmp_path: Path) -> None:
    buffer, clock = Buffer(tmp_path / "buffer.sqlite"), ManualClock(NOON)
    backlog = Backlog(buffer, clock)
    await backlog.look()
    assert (shown(backlog.depth()), shown(backlog.age())) == ({(): 0}, {(): 0})
    await buffer.keep([look(n, order_no=str(n)) for n in range(3)], [])
    clock.advance(timedelta(hours=1))
    await backlog.look()
    assert shown(backlog.depth()) == {(): 3}
    [oldest] = shown(backlog.age()).values()
    assert 3500 < oldest <= 3600
    await buffer.close()


@pytest.mark.parametrize("part", ["counts", "ages"])
def test_nothing_is_shown_before_the_first_look(part: str) -> None:
    readings: Callable[[], Iterable[Reading]] = getattr(
        Stewardship(Store("postgresql://x/x")), part
    )
    assert shown(readings()) == {}
