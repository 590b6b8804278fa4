"""`plantctl stock recount` as an operator runs it, also while stock moves."""

import asyncio

from services.wms.ports import Drift
from tests.component.kit.rpc.desk import mint
from tests.component.wms.messages import issue, move, receipt, stock
from tests.component.wms.test_fold import rebuild
from tests.component.wms.warehouse import STOREKEEPER, Warehouse, open_warehouse
from tests.plantctl import plantctl
from tests.unit.wms.moves import issue as issued
from tests.unit.wms.moves import receive
from tests.unit.wms.promises import ask, reserve
from tests.unit.wms.use_cases import carry


async def run(warehouse: Warehouse, *words: str) -> tuple[int, str]:
    """Exit code, and what was said."""
    ended = await plantctl(
        *("--address", f"wms=127.0.0.1:{warehouse.server.port}", *words),
        PLANTMESH_TOKEN=mint(scope=STOREKEEPER, plants=["*"]),
    )
    return ended.code, ended.said


async def test_a_recount_says_what_differs_and_a_repair_ends_it(warehouse: Warehouse) -> None:
    many = (receipt(f"r/{n}", stock=stock(f"I{n}/L", "QUALITY")) for n in range(450))
    await warehouse.ask(move(*many, receipt(), issue(amount="1"), key="many"))
    await warehouse.ask(move(receipt("salt", stock=stock("SALT/", "BLOCKED"))))
    assert await run(warehouse, "stock", "recount") == (0, "lots 452, differences 0\n")
    async with warehouse.store.work() as work:
        await work.sql("UPDATE balance SET quantity = 7 WHERE item_no = 'FLOUR'")
        await work.sql("DELETE FROM balance WHERE item_no = 'SALT'")
    code, said = await run(warehouse, "stock", "recount")
    assert code == 1
    assert "lots 452, differences 2" in said
    assert "7 KGM" in said
    assert "none" in said
    code, said = await run(warehouse, "stock", "recount", "--repair")
    assert (code, said.splitlines()[0]) == (0, "lots 452, differences 2 repaired")
    assert await run(warehouse, "stock", "recount") == (0, "lots 452, differences 0\n")


async def test_a_recount_of_stock_that_moves_finds_nothing(
    warehouse: Warehouse, database: str
) -> None:
    names = [f"FLOUR/F{n}" for n in range(12)]
    await carry(warehouse, *(receive(f"r {one}", "90", one) for one in names))
    moved, drifts = 0, list[Drift]()

    async def move_on(other: Warehouse) -> None:
        nonlocal moved
        for moved in range(1, 31):
            name = names[moved % len(names)]
            await reserve(other, ask(f"R{moved}", "1", name))
            await carry(other, issued(f"i{moved}", "1", name), receive(f"b{moved}", "1", name))

    async with open_warehouse(database) as other:
        writing, seen = asyncio.create_task(move_on(other)), set[int]()
        while not writing.done():
            drifts += await rebuild(warehouse)
            seen.add(moved)
        await writing
    assert drifts == []
    assert len(seen) > 3
