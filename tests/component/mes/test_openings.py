"""A plant's floor is taken over from files while it confirms orders, again, over any death."""

import asyncio
from io import BytesIO

import pytest
from plantmesh.mes.v1 import load_pb2 as pb

from services.kit.access.principal import Principal, acting_as
from services.kit.clock import SystemClock
from services.kit.loading import load
from services.mes.application.follow_quality import Word, follow_quality
from services.mes.application.rebuild_genealogy import rebuild_genealogy
from services.mes.domain.genealogy import Direction
from services.mes.domain.lot_state import LotDisposition, LotQuality
from services.mes.rpc.load import kinds
from services.mes.store import open_books
from services.mes.store.openings import open_floor as open_floor_of_files
from tests.audited import leaves_rows, rows_of
from tests.component.mes.floor import Floor, open_floor
from tests.component.mes.opening_files import (
    EDGES,
    KINDS,
    LOTS,
    NEW,
    ORDERS,
    edge,
    file,
    loaded,
    lot,
    order,
)
from tests.loads import DRY_RUN, RECOUNT, Death, death_at, outcomes
from tests.unit.mes.reports import hold, lot_key, order_key, plan, report
from tests.unit.mes.use_cases import confirm, create, family, put

SOMEBODY = Principal("ann", frozenset({"mes:write"}), frozenset({"lyon"}))


@leaves_rows(pb.LoadFloorRequest)
async def test_an_order_is_as_far_as_the_file_says_and_goes_on_from_there(floor: Floor) -> None:
    await create(floor, plan())
    rows = (order(10, "50", scrap="2"), order(20, "40"))
    told = len(await floor.told())
    assert outcomes(await loaded(floor, ORDERS, *rows)) == ["created", "created"]
    assert "lyon/4711 WorkOrderOpened" in (await floor.told())[told:]
    assert "lyon/4711 OperationConfirmed" not in await floor.told(), "nobody posts it again"
    await confirm(floor, report("c1", "5"))
    kept = await floor.rows()
    assert outcomes(await loaded(floor, ORDERS, *rows)) == ["unchanged", "unchanged"]
    assert await floor.rows() == kept
    corrected = await loaded(floor, ORDERS, order(10, "55", scrap="2"), order(20, "42"))
    assert outcomes(corrected) == ["corrected", "corrected"]
    async with floor.work() as books:
        found = (await books.orders.get([order_key()]))[order_key()]
    assert (str(found.good), str(found.scrap)) == ("47 KGM", "2 KGM")
    assert {step: str(one.good) for step, one in found.steps.items()} == {
        10: "55 KGM",
        20: "47 KGM",
    }
    assert await rows_of(floor.store, pb.LoadFloorRequest) == {"opening_orders", "work_order"}


async def test_what_was_confirmed_before_is_part_of_it_and_what_was_said_later_stands(
    floor: Floor,
) -> None:
    await create(floor, plan())
    await confirm(floor, report("c1", "5", operation=20))
    later = await loaded(floor, ORDERS, order(20, "12", at=NEW, state="suspended"))
    assert outcomes(later) == ["created"]
    async with floor.work() as books:
        found = (await books.orders.get([order_key()]))[order_key()]
    assert (str(found.good), found.lifecycle) == ("12 KGM", "suspended")
    older = await loaded(floor, ORDERS, order(20, "1", state="held"))
    assert outcomes(older) == ["superseded"]
    less = await loaded(floor, ORDERS, order(20, "3", at=NEW, state="suspended"))
    assert [(one.code, one.column) for one in less.notes] == [("less_than_confirmed", "good")]


BAD = (
    (ORDERS, order(10, "1", no="nope"), "unknown_order", "order_no"),
    (ORDERS, order(15, "1"), "unknown_operation", "operation"),
    (ORDERS, order(10, "-1"), "negative", "good"),
    (ORDERS, order(10, "1", state="closed"), "not_open", "lifecycle"),
    (ORDERS, order(10, "1", state="held"), "differs_within_file", ""),
    (LOTS, lot("FLOUR/F1", "consumed"), "not_kept", "quality"),
    (LOTS, lot("FLOUR/F1", attributes="heat"), "bad_value", "attributes"),
    (EDGES, edge("BREAD/L1", "BREAD/L1"), "lot_cycle", "lot_no"),
    (EDGES, edge("FLOUR/F1", "BREAD/L1", "x"), "not_a_decimal", "quantity"),
)
GOOD = {ORDERS: order(20, "1"), LOTS: lot("FLOUR/F9"), EDGES: edge("FLOUR/F9", "BREAD/L9")}


@pytest.mark.parametrize(("header", "bad", "code", "column"), BAD, ids=[one[2] for one in BAD])
async def test_a_refused_row_names_its_column_and_keeps_the_whole_file_out(
    floor: Floor, header: str, bad: str, code: str, column: str
) -> None:
    await create(floor, plan())
    kept = await floor.rows()
    report = await loaded(floor, header, GOOD[header], bad)
    assert not report.stored
    [note] = [one for one in report.notes if one.code]
    assert (note.row, note.code, note.column) == (3, code, column)
    assert await floor.rows() == kept


async def test_a_lot_is_as_the_file_says_but_for_what_was_said_of_it_since(floor: Floor) -> None:
    rows = (
        lot("FLOUR/F1", attributes="heat=7|mill=Bonn", supplier_lot="S-1"),
        lot("BREAD/L1", "blocked", order_no="4711"),
    )
    assert outcomes(await loaded(floor, LOTS, *rows)) == ["created", "created"]
    assert (await floor.told())[-1] == "lyon/BREAD/L1 LotStatusChanged"
    async with floor.work() as books:
        await follow_quality(books, [Word(lot_key("FLOUR/F1"), LotQuality.BLOCKED, 1, "smells")])
    assert outcomes(await loaded(floor, LOTS, *rows)) == ["unchanged", "unchanged"]
    changed = lot("FLOUR/F1", "conditional", at=NEW, attributes="heat=8", supplier_lot="S-2")
    report = await loaded(floor, LOTS, changed)
    assert outcomes(report) == ["superseded"]
    assert report.notes[0].text == "quality stays blocked, said here since"
    async with floor.work() as books:
        found = (await books.lots.get([lot_key("FLOUR/F1")]))[lot_key("FLOUR/F1")]
    assert (found.quality, found.disposition) == (LotQuality.BLOCKED, LotDisposition.UNRESTRICTED)
    assert (found.attributes, found.supplier_lot) == ({"heat": "8"}, "S-2")
    recount = await loaded(floor, LOTS, changed, rows[1], lot("SALT/S1"), mode=RECOUNT)
    assert outcomes(recount) == ["superseded", "unchanged", "missing"]
    assert (recount.notes[0].told, recount.notes[0].found) == (
        "quality conditional",
        "quality blocked",
    )
    async with floor.store.work() as work:
        await work.sql("UPDATE lot SET quality = 'released' WHERE lot_no = 'L1'")
    recount = await loaded(floor, LOTS, rows[1], mode=RECOUNT)
    assert outcomes(recount) == ["different"]


async def test_genealogy_is_replaced_by_what_a_corrected_file_says_and_holds_pass_on(
    floor: Floor,
) -> None:
    await put(floor, hold("FLOUR/F1"))
    rows = (
        edge("FLOUR/F1", "BREAD/L1"),
        edge("BREAD/L1", "TOAST/T1"),
        edge("FLOUR/F2", "BREAD/L1"),
    )
    assert outcomes(await loaded(floor, EDGES, *rows)) == ["created"] * 3
    assert await family(floor, "FLOUR/F1", direction=Direction.FORWARD) == {
        "BREAD/L1",
        "FLOUR/F1",
        "TOAST/T1",
    }
    async with floor.work() as books:
        lots = await books.lots.get([lot_key("BREAD/L1"), lot_key("TOAST/T1")])
    assert all(one.holds for one in lots.values())
    kept = await floor.rows()
    assert outcomes(await loaded(floor, EDGES, *rows)) == ["unchanged"] * 3
    assert await floor.rows() == kept
    wrong = edge("FLOUR/F2", "BREAD/L1", void="true")
    corrected = await loaded(floor, EDGES, edge("FLOUR/F1", "BREAD/L1", "6"), wrong)
    assert outcomes(corrected) == ["corrected", "corrected"]
    assert await family(floor, "FLOUR/F2", direction=Direction.FORWARD) == {"FLOUR/F2"}
    async with floor.work() as books:
        history = (await books.genealogy.history([lot_key("BREAD/L1")]))[lot_key("BREAD/L1")]
    flour = [one for one in history if one.record.edge.link.source == lot_key("FLOUR/F1")]
    assert [str(one.record.edge.quantity) for one in flour if one.void_by is None] == ["6 KGM"]
    assert [str(one.record.edge.quantity) for one in flour if one.void_by] == ["5 KGM"]
    recount = await loaded(floor, EDGES, rows[0], rows[1], wrong, mode=RECOUNT)
    assert outcomes(recount) == ["different", "unchanged", "unchanged"]
    circle = await loaded(floor, EDGES, edge("TOAST/T1", "FLOUR/F1"))
    assert [one.code for one in circle.notes] == ["lot_cycle"]


async def test_a_rebuild_leaves_what_no_report_stands_for(floor: Floor) -> None:
    await create(floor, plan())
    await confirm(floor, report("c1", "5", consumed=(("FLOUR/F3", "2"),)))
    loaded_edge = edge("FLOUR/F1", "BREAD/L1").replace("4700,10", "4711,10")
    assert outcomes(await loaded(floor, EDGES, loaded_edge)) == ["created"]
    async with floor.work() as books:
        await rebuild_genealogy(books)
    assert await family(floor, "BREAD/L1", direction=Direction.BACKWARD) == {
        "BREAD/L1",
        "FLOUR/F1",
        "FLOUR/F3",
    }


async def test_it_is_taken_over_while_two_writers_confirm_whatever_dies(
    floor: Floor, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.loading.takeover.AT_ONCE", 3)
    numbers = [str(4711 + n) for n in range(8)]
    await create(floor, *(plan(no, ordered="10000") for no in numbers))
    files: list[tuple[str, list[str]]] = [
        (ORDERS, [order(20, "40", no=no) for no in numbers]),
        (ORDERS, [order(20, "45" if n % 2 else "40", no=no) for n, no in enumerate(numbers)]),
        (LOTS, [lot(f"FLOUR/F{n}", attributes=f"heat={n}") for n in range(8)]),
        (EDGES, [edge(f"FLOUR/F{n}", f"BREAD/B{n}") for n in range(8)]),
    ]
    done, booked = asyncio.Event(), 0

    async def writer(other: Floor, who: str) -> None:
        nonlocal booked
        while not done.is_set():
            number = numbers[booked % len(numbers)]
            one = report(
                f"{who}{booked}",
                "1",
                order_no=number,
                operation=20,
                lot=f"{who}{number}",
                consumed=((f"FLOUR/F{booked % 8}", "1"),),
            )
            booked += 1
            await confirm(other, one)

    async with open_floor(database) as one, open_floor(database) as two:
        writers = [asyncio.create_task(writer(one, "a")), asyncio.create_task(writer(two, "b"))]
        for header, rows in files:
            for name in ("load.batch_applied", "load.batch_stored"):
                for visit in (1, 2):
                    with death_at(name, visit=visit):
                        await dies(floor, header, *rows)
            report_ = await loaded(floor, header, *rows)
            assert report_.stored
            assert set(outcomes(await loaded(floor, header, *rows))) == {"unchanged"}
        done.set()
        await asyncio.gather(*writers)
    assert booked > 3
    for header, rows in files[1:]:
        recount = await loaded(floor, header, *rows, mode=RECOUNT)
        assert set(outcomes(recount)) <= {"unchanged", "superseded"}, recount.notes[:2]
    async with floor.work() as books:
        orders = await books.orders.get([order_key(no) for no in numbers])
        confirmed = await books.confirmations.of_orders(list(orders))
    for n, no in enumerate(numbers):
        made = sum(int(one.report.good.value) for one in confirmed.get(order_key(no), []))
        assert int(orders[order_key(no)].good.value) == made + (45 if n % 2 else 40)


async def dies(floor: Floor, header: str, *rows: str) -> None:
    """The load of a file ends with its process."""
    with pytest.raises(Death):
        await loaded_here(floor, header, *rows)


async def loaded_here(floor: Floor, header: str, *rows: str) -> None:
    """Without the port, which would answer for the dead."""
    kind = kinds(open_books(SystemClock()), open_floor_of_files())[KINDS[header]]
    with acting_as(SOMEBODY):
        await load(floor.store, kind, BytesIO(file(header, *rows).encode()))


async def test_a_dry_run_leaves_nothing(floor: Floor) -> None:
    await create(floor, plan())
    kept = await floor.rows()
    assert outcomes(await loaded(floor, ORDERS, order(20, "5"), mode=DRY_RUN)) == ["created"]
    assert await floor.rows() == kept
