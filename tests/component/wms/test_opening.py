"""A plant's stock is taken over from a file while stock moves, again and again, over any death."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from plantmesh.common.v1 import load_pb2
from plantmesh.wms.v1 import load_pb2 as pb
from plantmesh.wms.v1.load_pb2_grpc import StockLoadServiceStub

from services.kit.clock import SystemClock
from services.kit.errors import DeniedError
from services.kit.loading import Kind, Outcome, load
from services.kit.rpc.client import Peer
from services.wms.application.open_stock import compare_stock, open_stock
from services.wms.domain.opening import Counted
from services.wms.store import open_books
from services.wms.store.openings import SqlOpenings
from services.wms.wire.load import STOCK
from tests.audited import leaves_rows, rows_of
from tests.component.kit.rpc.desk import Given, mint
from tests.component.wms.test_fold import rebuild
from tests.component.wms.test_recount import run
from tests.component.wms.warehouse import STOREKEEPER, Warehouse, open_warehouse
from tests.loads import DRY_RUN, RECOUNT, STORE, Death, death_at, outcomes, send
from tests.unit.wms.moves import NOON, issue, receive
from tests.unit.wms.use_cases import carry, stock

HEADER = "plant,item_no,lot_no,location,status,quantity,quantity_unit,as_of"
BEFORE, AFTER = NOON - timedelta(hours=4), NOON + timedelta(hours=4)
OLD, NEW = BEFORE.isoformat(), AFTER.isoformat()


def row(name: str, amount: str, at: str = OLD, status: str = "unrestricted") -> str:
    """Of a lot at the default location in Lyon."""
    item_no, lot_no = name.split("/")
    return f"lyon,{item_no},{lot_no},,{status},{amount},KGM,{at}"


def file(*rows: str) -> str:
    """With its header."""
    return "\r\n".join((HEADER, *rows, ""))


@asynccontextmanager
async def calling(warehouse: Warehouse, *plants: str) -> AsyncIterator[Any]:
    """The loads' stub, as a storekeeper."""
    token = mint(scope=STOREKEEPER, plants=list(plants) or ["lyon"])
    peer = Peer(f"127.0.0.1:{warehouse.server.port}", Given(token), seconds=30)
    try:
        yield StockLoadServiceStub(peer.channel)
    finally:
        await peer.close()


async def loaded(
    warehouse: Warehouse, content: str, mode: "load_pb2.LoadMode.ValueType" = STORE
) -> load_pb2.LoadReport:
    """What became of a file."""
    async with calling(warehouse) as stub:
        return await send(stub.LoadStock, pb.LoadStockRequest, content, mode=mode)


@leaves_rows(pb.LoadStockRequest)
async def test_the_same_again_changes_nothing_and_a_correction_moves_the_difference(
    warehouse: Warehouse,
) -> None:
    first = file(row("FLOUR/F1", "100"), row("SALT/", "7", status="blocked"))
    assert outcomes(await loaded(warehouse, first)) == ["created", "created"]
    await carry(warehouse, issue("i1", "30"))
    told, rows = await warehouse.told(), await warehouse.rows()
    again = await loaded(warehouse, first)
    assert outcomes(again) == ["unchanged", "unchanged"]
    assert again.stored
    assert await warehouse.rows() == rows
    corrected = await loaded(
        warehouse, file(row("FLOUR/F1", "90"), row("SALT/", "7", status="blocked"))
    )
    assert outcomes(corrected) == ["corrected", "unchanged"]
    assert corrected.notes[0].text == "100 KGM became 90 KGM: -10 KGM moved"
    assert await stock(warehouse, "FLOUR/F1") == ["60 FLOUR lot F1, unrestricted"]
    news = (await warehouse.told())[len(told) :]
    assert len(news) == 1
    assert news[0].startswith("lyon/FLOUR/F1 opening/")
    assert news[0].endswith("/2")
    assert await rebuild(warehouse) == []
    assert await rows_of(warehouse.store, pb.LoadStockRequest) == {"movement", "stock_opening"}


async def test_what_was_moved_before_the_count_is_part_of_it_and_what_came_after_is_not(
    warehouse: Warehouse,
) -> None:
    await carry(warehouse, receive("r1", "40"))
    counted_later = await loaded(warehouse, file(row("FLOUR/F1", "100", NEW)))
    assert outcomes(counted_later) == ["created"]
    assert await stock(warehouse, "FLOUR/F1") == ["100 FLOUR lot F1, unrestricted"]
    counted_before = await loaded(warehouse, file(row("FLOUR/F2", "100")))
    assert outcomes(counted_before) == ["created"]
    await carry(warehouse, receive("r2", "5", "FLOUR/F2"))
    assert await stock(warehouse, "FLOUR/F2") == ["105 FLOUR lot F2, unrestricted"]
    older = await loaded(warehouse, file(row("FLOUR/F1", "1")))
    assert outcomes(older) == ["superseded"]
    assert await stock(warehouse, "FLOUR/F1") == ["100 FLOUR lot F1, unrestricted"]


REFUSED = (
    (row("CAKE/C1", "1"), "unknown_item", "item_no"),
    (row("FLOUR/F1", "-1"), "negative_stock", "quantity"),
    (row("FLOUR/F1", "1.5x"), "not_a_decimal", "quantity"),
    (row("FLOUR/F1", "1", "2026-05-04T08:00:00"), "bad_time", "as_of"),
    (row("FLOUR/F1", "1", status="lost"), "bad_value", "status"),
    (row("FLOUR/F1", "1", status="in_transit"), "wrong_status", "status"),
    ("metz,FLOUR,F1,,unrestricted,1,KGM," + OLD, "foreign_plant", "plant"),
    ("lyon,FLOUR,F1,,unrestricted,1,LTR," + OLD, "unit_mismatch", "quantity_unit"),
    ("lyon,FLOUR", "wrong_width", ""),
    (row("SALT/", "2"), "duplicate", ""),
)


@pytest.mark.parametrize(("bad", "code", "column"), REFUSED, ids=[one[1] for one in REFUSED])
async def test_a_refused_row_names_its_column_and_keeps_the_whole_file_out(
    warehouse: Warehouse, bad: str, code: str, column: str
) -> None:
    rows = await warehouse.rows()
    report = await loaded(warehouse, file(row("SALT/", "1"), bad, row("FLOUR/F9", "1")))
    assert not report.stored
    [note] = [one for one in report.notes if one.code]
    assert (note.row, note.code, note.column) == (3, code, column)
    assert note.hint or code in ("duplicate", "unit_mismatch")
    assert await warehouse.rows() == rows


async def test_a_dry_run_says_it_and_leaves_nothing(warehouse: Warehouse) -> None:
    rows = await warehouse.rows()
    report = await loaded(warehouse, file(row("FLOUR/F1", "100")), DRY_RUN)
    assert (outcomes(report), report.stored) == (["created"], False)
    assert await warehouse.rows() == rows


async def test_a_correction_below_what_was_taken_since_is_refused_with_the_way_out(
    warehouse: Warehouse,
) -> None:
    await loaded(warehouse, file(row("FLOUR/F1", "100")))
    await carry(warehouse, issue("i1", "80"))
    report = await loaded(warehouse, file(row("FLOUR/F1", "10")))
    assert [(one.row, one.code, one.column) for one in report.notes] == [
        (2, "insufficient_stock", "quantity")
    ]
    assert "70 KGM" in report.notes[0].hint
    assert await stock(warehouse, "FLOUR/F1") == ["20 FLOUR lot F1, unrestricted"]


async def test_who_may_not_move_stock_loads_none(warehouse: Warehouse) -> None:
    peer = Peer(f"127.0.0.1:{warehouse.server.port}", Given(mint(scope="wms:read")), seconds=10)
    stub: Any = StockLoadServiceStub(peer.channel)
    with pytest.raises(DeniedError):
        await send(stub.LoadStock, pb.LoadStockRequest, file(), mode=STORE)
    await peer.close()


NAMES = [f"I{n}/L" for n in range(30)]


def _kind(warehouse: Warehouse) -> Kind[Counted]:
    openings, books = SqlOpenings(), open_books(SystemClock())

    async def none(_: str, __: Counted | None) -> list[Counted]:
        return []

    return Kind(
        STOCK,
        lambda rows: open_stock(books, openings, rows),
        lambda rows: compare_stock(books, openings, rows),
        none,
    )


async def test_it_is_taken_over_while_two_writers_move_it_whatever_dies(
    warehouse: Warehouse, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.loading.takeover.AT_ONCE", 10)
    first = file(*(row(name, "100") for name in NAMES))
    later = file(*(row(name, "90" if n % 3 else "100") for n, name in enumerate(NAMES)))
    await carry(warehouse, *(receive(f"seed {name}", "50", name) for name in NAMES))
    done, moved = asyncio.Event(), 0

    async def writer(other: Warehouse, who: str) -> None:
        nonlocal moved
        while not done.is_set():
            name = NAMES[moved % len(NAMES)]
            await carry(other, issue(f"i {who} {moved}", "1", name))
            await carry(other, receive(f"r {who} {moved}", "2", name))
            moved += 1

    kind = _kind(warehouse)
    async with open_warehouse(database) as one, open_warehouse(database) as two:
        writers = [asyncio.create_task(writer(one, "a")), asyncio.create_task(writer(two, "b"))]
        for content in (first, later):
            for name in ("load.batch_applied", "load.batch_stored"):
                for visit in (1, 2, 3):
                    with pytest.raises(Death), death_at(name, visit=visit):
                        await load(warehouse.store, kind, BytesIO(content.encode()))
            report = await load(warehouse.store, kind, BytesIO(content.encode()))
            assert report.count(Outcome.UNCHANGED) == len(NAMES)
        done.set()
        await asyncio.gather(*writers)
    assert moved > 3
    assert await rebuild(warehouse) == []
    recount = await loaded(warehouse, later, RECOUNT)
    assert set(outcomes(recount)) == {"superseded"}, [one.text for one in recount.notes][:3]
    assert await loading_again(warehouse, later) == {"unchanged"}


async def loading_again(warehouse: Warehouse, content: str) -> set[str]:
    """What becomes of the rows of a file that is loaded."""
    return set(outcomes(await loaded(warehouse, content)))


async def test_a_recount_tells_live_movements_from_what_nobody_moved(
    warehouse: Warehouse, tmp_path: Any
) -> None:
    content = file(row("FLOUR/F1", "100"), row("FLOUR/F2", "50"), row("FLOUR/F3", "1"))
    given, out = tmp_path / "stock.csv", tmp_path / "out.csv"
    given.write_text(content)
    assert await run(warehouse, "load", "stock", str(given)) == (0, "3 rows: 3 created\n")
    assert outcomes(await loaded(warehouse, content, RECOUNT)) == ["unchanged"] * 3
    await carry(warehouse, issue("i1", "30"))
    report = await loaded(warehouse, content, RECOUNT)
    assert outcomes(report) == ["superseded", "unchanged", "unchanged"]
    note = report.notes[0]
    assert (note.told, note.found, note.text) == ("100 KGM", "70 KGM", "-30 KGM were moved since")
    async with warehouse.store.work() as work:
        await work.sql("UPDATE balance SET quantity = 49 WHERE lot_no = 'F2'")
    given.write_text(content + row("FLOUR/F4", "2"))
    code, said = await run(warehouse, "recount", f"stock={given}")
    assert code == 1
    assert "rows 4, found 3, different 1, explained by later changes 1" in said
    assert "49 KGM" in said
    assert "never loaded" in said
    exported = await run(warehouse, "export", "stock", "--plant", "lyon", "--to", str(out))
    assert exported == (0, "")
    assert outcomes(await loaded(warehouse, out.read_text())) == ["unchanged"] * 3
