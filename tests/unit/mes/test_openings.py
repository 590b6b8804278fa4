"""What is taken over of a floor, on books in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.kit.clock import Instant
from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.quantity import Quantity
from services.mes.application.follow_quality import Word, follow_quality
from services.mes.application.open_genealogy import compare_genealogy, open_genealogy
from services.mes.application.open_lots import compare_lots, open_lots
from services.mes.application.open_orders import compare_orders, open_orders
from services.mes.domain.genealogy import Direction, Edge, Kind, Link
from services.mes.domain.keys import OrderKey, ReportKey
from services.mes.domain.lifecycle import Command, Lifecycle
from services.mes.domain.lot_state import LotDisposition, LotQuality
from services.mes.domain.opening import OpenEdge, OpenLot, OpenOperation
from services.mes.domain.order import Confirmed, WorkOrder
from services.mes.domain.progress import Progress
from services.mes.domain.voiding import Void, VoidReason
from services.mes.ports.openings import Floor
from tests.unit.mes.memory import MemoryFloor
from tests.unit.mes.memory_openings import MemoryOpenings, MemoryReported
from tests.unit.mes.reports import LYON, NOON, kg, lot_key, order_key, plan, report
from tests.unit.mes.use_cases.steps import command, confirm, create, family

BEFORE, AFTER = NOON - timedelta(hours=4), NOON + timedelta(hours=4)
EARLIER = BEFORE - timedelta(days=1)


class Plant:
    """A floor with what was loaded of it."""

    def __init__(self) -> None:
        self.floor = MemoryFloor()
        self.kept = Floor(
            MemoryOpenings(), MemoryOpenings(), MemoryOpenings(), MemoryReported(self.floor)
        )

    async def load(self, *rows: Any) -> list[str]:
        """What became of each."""
        use: Any = {OpenOperation: open_orders, OpenLot: open_lots}.get(type(rows[0]))
        async with self.floor.work() as books:
            if use:
                found = await use(books, self.kept, rows)
            else:
                found = await open_genealogy(books, self.kept, rows, "ann")
        return [str(one.outcome) for one in found]

    async def recount(self, *rows: Any) -> list[str]:
        """How each compares."""
        use: Any = {OpenOperation: compare_orders, OpenLot: compare_lots}.get(
            type(rows[0]), compare_genealogy
        )
        async with self.floor.work() as books:
            return [str(one.outcome) for one in await use(books, self.kept, rows)]

    async def order(self) -> WorkOrder:
        """4711."""
        async with self.floor.work() as books:
            return (await books.orders.get([order_key()]))[order_key()]


@pytest.fixture
def plant() -> Plant:
    return Plant()


def made(good: str, *, operation: int = 20, at: datetime = BEFORE, **of: Any) -> OpenOperation:
    """Of 4711."""
    return OpenOperation(
        of.get("order", order_key()),
        operation,
        of.get("state", Lifecycle.RUNNING),
        Progress(of.get("amount", kg(good)), kg(of.get("scrap", "0")), kg("0")),
        of.get("final", False),
        Instant(at),
    )


async def test_an_order_goes_on_from_where_the_file_says(plant: Plant) -> None:
    await create(plant.floor, plan())
    assert (await plant.order()).confirmed is Confirmed.NONE
    rows = made("50", operation=10, scrap="2"), made("40", operation=0)
    assert await plant.load(*rows) == ["created", "created"]
    assert (await plant.order()).confirmed is Confirmed.PARTIAL
    assert await plant.load(*rows) == ["unchanged", "unchanged"]
    await confirm(plant.floor, report("c1", "5", operation=20))
    assert await plant.load(made("42"), made("55", operation=10)) == ["corrected", "corrected"]
    order = await plant.order()
    assert (str(order.good), str(order.scrap)) == ("47 KGM", "0 KGM")
    assert await plant.load(made("1", at=EARLIER)) == ["superseded"]
    assert await plant.load(replace(made("42"), as_of=Instant(BEFORE, 60))) == ["unchanged"]
    assert {row.plant for row in rows} == {lot("FLOUR/F1").plant} == {LYON}
    assert (await plant.floor.told()).count("lyon/4711 WorkOrderOpened") == 2


async def test_an_order_without_a_routing_is_taken_over_too(plant: Plant) -> None:
    await create(plant.floor, plan(operations=()))
    assert await plant.load(made("7", operation=0)) == ["created"]
    assert str((await plant.order()).good) == "7 KGM"
    assert await plant.recount(made("7", operation=0)) == ["unchanged"]


async def test_what_was_said_on_the_floor_later_stands(plant: Plant) -> None:
    await create(plant.floor, plan())
    assert await plant.load(made("40", state=Lifecycle.HELD)) == ["superseded"]
    assert (await plant.order()).lifecycle is Lifecycle.RUNNING
    assert str((await plant.order()).good) == "40 KGM"
    newer = made("40", at=AFTER, state=Lifecycle.HELD, final=True)
    assert await plant.load(newer) == ["corrected"]
    order = await plant.order()
    assert (order.lifecycle, order.ended) == (Lifecycle.HELD, {20})
    assert "lyon/4711 WorkOrderStateChanged" in await plant.floor.told()
    assert await plant.load(replace(newer, final=False)) == ["corrected"]
    assert (await plant.order()).ended == set()


async def test_what_was_confirmed_until_then_is_part_of_it(plant: Plant) -> None:
    await create(plant.floor, plan())
    await confirm(plant.floor, report("c1", "5", operation=20))
    assert await plant.load(made("12", at=AFTER)) == ["created"]
    assert str((await plant.order()).good) == "12 KGM"


BAD = (
    (made("1", order=OrderKey(LYON, "no")), NotFoundError, "rows[0].order_no"),
    (made("1", operation=15), InvalidError, "rows[0].operation"),
    (made("3", at=AFTER), InvalidError, "rows[0].good"),
    (made("1", amount=Quantity.parse("1", "LTR")), InvalidError, "rows[0].good.unit"),
)


@pytest.mark.parametrize(("row", "kind", "field"), BAD)
async def test_a_refused_operation_names_its_row(
    plant: Plant, row: OpenOperation, kind: type[DomainError], field: str
) -> None:
    await create(plant.floor, plan())
    await confirm(plant.floor, report("c1", "5", operation=20))
    with pytest.raises(kind) as caught:
        await plant.load(row)
    assert caught.value.field == field


def test_what_cannot_be_open_is_refused() -> None:
    with pytest.raises(InvalidError, match="is not open"):
        made("1", state=Lifecycle.CLOSED)
    with pytest.raises(InvalidError, match="less than nothing"):
        made("-1")
    with pytest.raises(InvalidError, match="what it was"):
        lot("FLOUR/F1", LotQuality.CONSUMED)


async def test_a_recount_of_orders_explains_what_was_confirmed_since(plant: Plant) -> None:
    await create(plant.floor, plan())
    row = made("40")
    assert await plant.recount(row, made("1", order=OrderKey(LYON, "no"))) == ["missing"] * 2
    await plant.load(row)
    assert await plant.recount(row) == ["unchanged"]
    await confirm(plant.floor, report("c1", "5", operation=20))
    assert await plant.recount(row) == ["superseded"]
    await command(plant.floor, "4711", Command.HOLD)
    assert await plant.recount(row) == ["superseded"]
    assert await plant.recount(made("39")) == ["different"]
    assert await plant.recount(made("39", at=EARLIER)) == ["superseded"]
    async with plant.floor.work() as books:
        order = await plant.order()
        order.good, order.steps = kg("1"), order.steps | {20: Progress.none("KGM")}
        await books.orders.save([order])
    assert await plant.recount(row) == ["different"]


def lot(name: str, quality: LotQuality = LotQuality.RELEASED, **of: Any) -> OpenLot:
    """As it was."""
    at = of.pop("at", BEFORE)
    return OpenLot(lot_key(name), quality, LotDisposition.UNRESTRICTED, Instant(at), **of)


async def test_a_lot_is_as_its_row_says_but_for_what_quality_said(plant: Plant) -> None:
    row = lot("FLOUR/F1", supplier_lot="S-1", expiry=Instant(AFTER), attributes={"heat": "7"})
    assert await plant.load(row) == ["created"]
    assert await plant.load(row) == ["unchanged"]
    assert await plant.load(lot("FLOUR/F1", at=EARLIER)) == ["superseded"]
    assert await plant.load(replace(row, as_of=Instant(BEFORE, 60))) == ["unchanged"]
    assert await plant.load(row) == ["unchanged"]
    assert await plant.load(replace(row, supplier_lot="S-2")) == ["corrected"]
    async with plant.floor.work() as books:
        await follow_quality(books, [Word(lot_key("FLOUR/F1"), LotQuality.BLOCKED, 1, "smells")])
    newer = replace(row, quality=LotQuality.CREATED, country="FR", as_of=Instant(AFTER))
    assert await plant.load(newer) == ["superseded"]
    async with plant.floor.work() as books:
        [found] = (await books.lots.get([lot_key("FLOUR/F1")])).values()
    assert (found.quality, found.country, found.expiry_at) == (LotQuality.BLOCKED, "FR", AFTER)
    assert await plant.recount(newer) == ["superseded"]
    assert await plant.recount(row) == ["superseded"]
    assert await plant.recount(replace(newer, country="DE")) == ["different"]
    assert await plant.recount(lot("FLOUR/F9")) == ["missing"]


async def test_a_recount_of_lots_finds_what_nobody_said(plant: Plant) -> None:
    row = lot("FLOUR/F1")
    await plant.load(row)
    assert await plant.recount(row) == ["unchanged"]
    async with plant.floor.work() as books:
        lots: Any = books.lots
        lots.rows[row.key].country = "FR"
    assert await plant.recount(row) == ["different"]
    async with plant.floor.work() as books:
        lots.rows[row.key].version += 1
    assert await plant.recount(row) == ["superseded"]


def edge(source: str, target: str, quantity: str = "5", **of: Any) -> OpenEdge:
    """Into bread of 4700."""
    link = Link(lot_key(source), lot_key(target), OrderKey(LYON, "4700"), Kind.TRANSFORM)
    share = kg(quantity) if quantity else None
    return OpenEdge(
        Edge(link, share, kg("8")), 10, "", Instant(BEFORE), Instant(of.pop("at", BEFORE)), **of
    )


async def test_an_edge_is_replaced_by_what_a_corrected_row_says(plant: Plant) -> None:
    row = edge("FLOUR/F1", "BREAD/L1")
    assert await plant.load(row, edge("FLOUR/F2", "BREAD/L1", "")) == ["created"] * 2
    assert await plant.load(row) == ["unchanged"]
    assert await plant.load(replace(row, as_of=Instant(AFTER))) == ["unchanged"]
    assert await plant.load(row) == ["superseded"]
    newer = edge("FLOUR/F1", "BREAD/L1", "6", at=AFTER)
    assert await plant.load(newer) == ["corrected"]
    assert await plant.recount(newer, edge("FLOUR/F2", "BREAD/L1", "")) == ["unchanged"] * 2
    assert await plant.recount(row, edge("FLOUR/F1", "BREAD/L1", "9", at=AFTER)) == [
        "superseded",
        "different",
    ]
    gone = replace(newer, void=True)
    assert await plant.load(gone) == ["corrected"]
    assert await plant.recount(gone) == ["unchanged"]
    found = await family(plant.floor, "FLOUR/F1", direction=Direction.FORWARD)
    assert found == {"FLOUR/F1"}
    assert await plant.load(newer) == ["corrected"]
    found = await family(plant.floor, "FLOUR/F1", direction=Direction.FORWARD)
    assert found == {"FLOUR/F1", "BREAD/L1"}
    assert "lyon/BREAD/L1 GenealogyOpened" in await plant.floor.told()


async def test_an_edge_that_was_never_loaded_cannot_be_void(plant: Plant) -> None:
    void = edge("FLOUR/F1", "BREAD/L1", void=True)
    assert await plant.load(void) == ["unchanged"]
    assert await plant.recount(void, edge("FLOUR/F2", "BREAD/L1")) == ["unchanged", "missing"]


async def test_an_edge_that_somebody_declared_void_stays_so(plant: Plant) -> None:
    row = edge("FLOUR/F1", "BREAD/L1")
    await plant.load(row)
    event = row.event(1)
    async with plant.floor.work() as books:
        void = Void(event, VoidReason.DID_NOT_OCCUR, "bob", NOON)
        await books.genealogy.declare([void], {})
        await books.genealogy.strike([row.record(1)], event.id)
    assert await plant.recount(row) == ["superseded"]
    assert await plant.load(edge("FLOUR/F1", "BREAD/L1", "6", at=AFTER)) == ["superseded"]
    async with plant.floor.work() as books:
        genealogy: Any = books.genealogy
        genealogy.records, genealogy.struck = [], {}
    assert await plant.recount(row) == ["different"]
    assert event == ReportKey(LYON, event.id)


async def test_a_lot_is_not_made_of_itself(plant: Plant) -> None:
    await plant.load(edge("FLOUR/F1", "BREAD/L1"))
    with pytest.raises(ConflictError) as caught:
        await plant.load(edge("FLOUR/F2", "BREAD/L2"), edge("BREAD/L1", "FLOUR/F1"))
    assert caught.value.field == "rows[1].lot_no"


async def test_edges_are_taken_over_in_base_units_by_what_a_lot_was_measured_at(
    plant: Plant,
) -> None:
    await plant.floor.measure("FILM/L7", ("XRO", "MTK", Fraction(825, 2)))
    link = Link(lot_key("FILM/L7"), lot_key("CAKE/C1"), OrderKey(LYON, "4700"), Kind.TRANSFORM)
    # An item that nobody knows here keeps the unit of its row.
    shares = Edge(link, Quantity.parse("2", "XRO"), Quantity.parse("3", "LTR"))
    row = OpenEdge(shares, 10, "", Instant(BEFORE), Instant(BEFORE))
    assert await plant.load(row) == ["created"]
    await plant.floor.measure("FILM/L7", ("XRO", "MTK", Fraction(398)))
    assert await plant.load(row) == ["unchanged"]
    async with plant.floor.work() as books:
        [found] = await books.genealogy.among([link.source, link.target])
    assert (str(found.quantity), str(found.made)) == ("825 MTK", "3 LTR")
