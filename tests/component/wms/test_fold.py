"""Balances against the movements they are folded from, and the table that takes nothing back."""

from typing import Any, LiteralString

import psycopg
import pytest

from services.kit.paging import Page
from services.wms.application.move_stock import move_stock
from services.wms.application.read_stock import read_state
from services.wms.application.recount_balances import LISTING, recount_balances
from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place
from services.wms.ports import Change, Drift
from tests.component.kit.test_commands import waiting_for_a_lock
from tests.component.wms.test_races import apart
from tests.component.wms.warehouse import Warehouse, open_warehouse
from tests.unit.wms.chance import Chance
from tests.unit.wms.moves import QUALITY, issue, kg, place, receive
from tests.unit.wms.use_cases import carry, stock

BATCH = 250


async def left(warehouse: Warehouse) -> dict[Place, int]:
    """Every balance that is not empty, in kilograms."""
    async with warehouse.work() as books:
        found = [one async for part in read_state(books, lambda _: True) for one in part]
    return {one.place: int(one.quantity.value) for one in found}


async def rebuild(warehouse: Warehouse, *, repair: bool = True) -> list[Drift]:
    """What was wrong; some hundred lots at a time, each in a unit of work of its own."""
    drifts: list[Drift] = []
    after, more = None, True
    while more:
        async with warehouse.work() as books:
            found = await recount_balances(books, after, repair=repair)
        drifts += found.drifts
        after, more = after_of(found.cursor), bool(found.cursor)
    return drifts


def after_of(cursor: str) -> LotKey | None:
    """The lot behind which the next page begins."""
    key = Page.read(LISTING, 1, cursor).after
    return LotKey(*map(str, key)) if key else None


async def balances(warehouse: Warehouse) -> list[Any]:
    """All of every balance, but when it last changed."""
    async with warehouse.store.work() as work:
        return await work.sql(
            "SELECT plant, item_no, lot_no, location, status, owner, hu, quantity, unit, reserved"
            " FROM balance ORDER BY 1, 2, 3, 4, 5, 6, 7"
        )


async def run(warehouse: Warehouse, statement: LiteralString) -> None:
    """Behind the service's back."""
    async with warehouse.store.work() as work:
        await work.sql(statement)


@pytest.mark.parametrize("operations", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
async def test_after_thousands_of_movements_the_balances_are_their_fold(
    warehouse: Warehouse, operations: int
) -> None:
    chance = Chance(4711)
    for _ in range(operations // BATCH):
        async with warehouse.work() as books:
            await move_stock(books, chance.batch(BATCH))
    assert chance.reversals > operations / 10
    assert await left(warehouse) == chance.filled()
    assert await rebuild(warehouse) == []
    await run(warehouse, "DELETE FROM balance")
    assert {drift.place for drift in await rebuild(warehouse)} == chance.left.keys()
    assert await left(warehouse) == chance.filled()
    assert await rebuild(warehouse) == []


async def test_a_rebuild_names_and_repairs_what_drifted_and_nothing_else(
    warehouse: Warehouse,
) -> None:
    names = [f"FLOUR/F{n}" for n in range(4)]
    await carry(warehouse, *(receive(f"r {name}", name=name) for name in names))
    before = await balances(warehouse)
    await run(warehouse, "UPDATE balance SET quantity = 7 WHERE lot_no = 'F1'")
    await run(warehouse, "DELETE FROM balance WHERE lot_no = 'F2'")
    await run(
        warehouse,
        "INSERT INTO balance SELECT plant, item_no, lot_no, location, 'quality', 5, unit, as_of,"
        " owner, hu FROM balance WHERE lot_no = 'F3'",
    )
    wrong = [
        Drift(place("FLOUR/F1"), Change(kg("7")), Change(kg("10"))),
        Drift(place("FLOUR/F2"), None, Change(kg("10"))),
        Drift(place("FLOUR/F3", QUALITY), Change(kg("5")), None),
    ]
    assert await rebuild(warehouse, repair=False) == wrong
    assert await rebuild(warehouse) == wrong
    assert await balances(warehouse) == before
    assert await rebuild(warehouse) == []


async def test_a_rebuild_keeps_what_is_being_moved(warehouse: Warehouse, database: str) -> None:
    await carry(warehouse, receive("r1", "100"))
    await run(warehouse, "UPDATE balance SET quantity = 50")
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await move_stock(books, [issue("i1", "1")])
            rebuilding = apart(rebuild(other))
            await waiting_for_a_lock(warehouse.store)
        assert await rebuilding == [Drift(place(), Change(kg("49")), Change(kg("99")))]
    assert await stock(warehouse, "FLOUR/F1") == ["99 FLOUR lot F1, unrestricted"]


async def test_a_movement_adds_to_what_a_rebuild_leaves(
    warehouse: Warehouse, database: str
) -> None:
    await carry(warehouse, receive("r1", "100"))
    await run(warehouse, "UPDATE balance SET quantity = 50")
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await recount_balances(books, None, repair=True)
            moving = apart(carry(other, issue("i1", "1")))
            await waiting_for_a_lock(warehouse.store)
        await moving
    assert await stock(warehouse, "FLOUR/F1") == ["99 FLOUR lot F1, unrestricted"]
    assert await rebuild(warehouse) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE movement SET quantity = 1", "DELETE FROM movement", "TRUNCATE movement CASCADE"],
)
async def test_a_movement_stays_as_it_was_recorded(
    warehouse: Warehouse, statement: LiteralString
) -> None:
    await carry(warehouse, receive("r1"))
    before = await warehouse.rows()
    with pytest.raises(psycopg.errors.RaiseException, match="take it back by a reversal"):
        await run(warehouse, statement)
    assert await warehouse.rows() == before


async def test_the_database_itself_keeps_balances_above_zero(warehouse: Warehouse) -> None:
    await carry(warehouse, receive("r1", status=QUALITY))
    with pytest.raises(psycopg.errors.CheckViolation):
        await run(warehouse, "UPDATE balance SET quantity = -1")
