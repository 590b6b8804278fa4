"""Orders as a real ledger tells of them, read by rounds of the poller."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plantmesh.erp.v1.events_pb2 import (
    ProductionOrderChanged,
    ProductionOrderReleased,
)

from services.erp.adapters.poller import Poller
from services.erp.domain.codes import Code, Direction, Question
from services.erp.store.sources import SqlSources
from services.erp.store.waiting import SqlWaitings
from services.kit.errors import UnavailableError
from services.kit.lanes.systems import System, put_system
from services.kit.paging import Listing, Page
from services.kit.store import Store
from tests.component.erp.conftest import CODES, ask, events, set_up
from tests.copies import put_codes
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Order


async def test_orders_are_polled_told_once_and_followed(
    store: Store, system: System, ledger: Client, poller: Poller, order: Order
) -> None:
    await poller.round()
    await poller.round()
    await ledger.move_order("lyon", order.order, "release")
    await poller.round()
    await poller.round()
    told = [
        event
        for event in await events(store)
        if isinstance(event, ProductionOrderReleased | ProductionOrderChanged)
        and event.order.key.order_no == order.order
    ]
    assert [type(event) for event in told] == [ProductionOrderChanged, ProductionOrderReleased]
    assert told[1].order.quantity.unit == "KGM"
    assert told[1].order.operations[0].work_center == "lyon/press-1"


async def test_an_unmapped_code_waits_and_is_read_when_it_is_mapped(
    store: Store,
    system: System,
    ledger: Client,
    poller: Poller,
    order: Order,
) -> None:
    await ask(store, "DELETE FROM local_copy WHERE key LIKE 'work_center/%%'")
    await ledger.move_order("lyon", order.order, "release")
    await poller.round()
    query = "SELECT state, code, field FROM raw_input WHERE external_id = %s ORDER BY id DESC"
    assert (await ask(store, query, f"lyon/{order.order}"))[0] == (
        "failed",
        "unmapped_code",
        "operations[0].work_center",
    )
    assert await ask(store, "SELECT * FROM production_order") == []
    asked = (await _waiting(store, system))[f"lyon/{order.order}"]
    assert (asked.kind, asked.plant, asked.code, asked.direction) == (
        "work_center",
        "lyon",
        "WC-1",
        Direction.IN,
    )
    async with store.work():
        await put_codes(system.id, CODES)
    await poller.round()
    stored = "SELECT lifecycle FROM production_order WHERE order_no = %s"
    assert await ask(store, stored, order.order) == [("released",)]
    assert await _waiting(store, system) == {}


async def test_an_order_is_read_by_the_codes_of_its_own_time(
    store: Store, system: System, ledger: Client, poller: Poller, order: Order
) -> None:
    await ask(store, "DELETE FROM local_copy WHERE key LIKE 'work_center/%%'")
    future = datetime.now(UTC) + timedelta(days=1)
    async with store.work():
        await put_codes(
            system.id,
            [
                Code("work_center", "WC-1", "old", valid_to=future),
                Code("work_center", "WC-1", "new", version=2, valid_from=future),
                Code("work_center", "WC-1", "draft", version=3, is_draft=True),
            ],
        )
    await poller.round()
    query = "SELECT operations->0->>'work_center' FROM production_order WHERE order_no = %s"
    assert await ask(store, query, order.order) == [("old",)]


async def test_a_silent_erp_holds_up_no_other(
    store: Store, system: System, ledger: Client, poller: Poller, order: Order
) -> None:
    dead = replace(system, id="erp-2", plants=("nice",), settings={"url": "http://127.0.0.1:9"})
    unknown = replace(system, id="erp-3", plants=("metz",), adapter="abacus")
    await set_up(store, dead, [])
    await set_up(store, unknown, [])
    with pytest.raises(UnavailableError, match=r"erp-2.*erp-3: no adapter abacus"):
        await poller.round()
    assert await ask(store, "SELECT count(*) > 0 FROM production_order") == [(True,)]
    async with store.work() as work:
        await put_system(work, replace(dead, enabled=False))
        await put_system(work, replace(unknown, enabled=False))
    await poller.round()


async def test_a_source_that_is_silent_is_stale(
    store: Store, system: System, ledger: Client, poller: Poller
) -> None:
    dead = replace(system, id="erp-2", plants=("nice",), settings={"url": "http://127.0.0.1:9"})
    await set_up(store, dead, [])
    with pytest.raises(UnavailableError):
        await poller.round()

    async def standing(interval: float) -> list[tuple[str, bool]]:
        async with store.work():
            page = Page(Listing("sources", (str,)))
            return [(s.system, s.stale) for s in await SqlSources(store, interval).page(None, page)]

    assert await standing(60) == [("erp-1", False), ("erp-2", True)]
    async with store.work():
        [heard] = await SqlSources(store, 60).of(["erp-1"], ["lyon"])
        assert await SqlSources(store, 60).of(["erp-1"], ["nice"]) == []
    assert heard.changed_at is not None
    assert heard.lag_seconds is not None
    assert heard.lag_seconds > 0
    await ask(store, "UPDATE source SET heard_at = heard_at - interval '61 s'")
    assert await standing(60) == [("erp-1", True), ("erp-2", True)]


async def _waiting(store: Store, system: System) -> dict[str, Question]:
    async with store.work():
        return {one.key: one.question for one in await SqlWaitings().orders(system.id)}
