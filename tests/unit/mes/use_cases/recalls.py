"""What mes answers when lots are recalled; named after what users of such systems ask for."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

from services.kit.paging import Page
from services.mes.application.find import list_lots, listing_of_lots
from services.mes.application.recall import Recall, recall
from services.mes.application.trace import Start, Wish
from services.mes.domain.genealogy import Direction
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Sought
from services.mes.domain.lot_operation import Merge, Receive, Ship, Split
from tests.unit.mes.reports import LYON, lot_key, part, plan, received, report
from tests.unit.mes.use_cases.steps import Floor, confirm, create, operate, void, void_operation


async def recalled(
    floor: Floor, *names: str, direction: Direction, edges: bool = False, wish: Wish | None = None
) -> list[Recall]:
    """The documents of some lots."""
    starts = [Start(lot_key(name)) for name in names]
    asked = wish or Wish(direction, 100, levels=True)
    async with floor.work() as books:
        return await recall(books, starts, asked, edges=edges)


def levels(one: Recall) -> dict[str, int]:
    """By item and number."""
    told = zip(one.trace.lots, one.trace.levels, strict=True)
    return {f"{lot.key.item_no}/{lot.key.lot_no}": level for lot, level in told}


async def bakery(floor: Floor) -> None:
    """Flour of two mills into dough, dough into bread and rolls, both into one box, shipped."""
    mill = Receive(part("FLOUR/F1", "100"), supplier="MILL", supplier_lot="M-77")
    other = Receive(part("FLOUR/F2", "100"), supplier="OTHER", supplier_lot="O-1")
    await operate(floor, mill, other)
    await create(
        floor, plan("d", item_no="DOUGH"), plan("b"), plan("r", item_no="ROLL"), plan("x", "50")
    )
    flours = (("FLOUR/F1", "40"), ("FLOUR/F2", "20"))
    await confirm(floor, report("d1", "60", order_no="d", lot="D1", consumed=flours))
    await confirm(floor, report("b1", "30", order_no="b", lot="B1", consumed=(("DOUGH/D1", "30"),)))
    await confirm(floor, report("r1", "30", order_no="r", lot="R1", consumed=(("DOUGH/D1", "30"),)))
    both = (("BREAD/B1", "20"), ("ROLL/R1", "20"))
    await confirm(floor, report("x1", "40", order_no="x", lot="X1", consumed=both))
    await operate(floor, Ship(part("BREAD/X1", "25"), "S1", "ACME"), id="s1")
    await operate(floor, Ship(part("BREAD/X1", "15"), "S2", "SHOP"), id="s2")
    await operate(floor, Ship(part("BREAD/B1", "5"), "S2", "SHOP"), id="s3")


class RecallsContract:
    """Recall documents."""

    async def test_row_6_both_directions_with_suppliers_and_customers(self, floor: Floor) -> None:
        await bakery(floor)
        (back,) = await recalled(floor, "BREAD/X1", direction=Direction.BACKWARD)
        assert [key.order_no for key in back.trace.orders] == ["b", "d", "r", "x"]
        assert [(one.supplier, one.supplier_lot) for one in back.receipts] == [
            ("MILL", "M-77"),
            ("OTHER", "O-1"),
        ]
        (ahead,) = await recalled(floor, "FLOUR/F1", direction=Direction.FORWARD)
        assert sorted((one.shipment_no, one.customer) for one in ahead.shipments) == [
            ("S1", "ACME"),
            ("S2", "SHOP"),
            ("S2", "SHOP"),
        ]
        assert [key.order_no for key in ahead.trace.orders] == ["b", "d", "r", "x"]

    async def test_row_7_every_consumed_lot_once_through_a_diamond(self, floor: Floor) -> None:
        await bakery(floor)
        (back,) = await recalled(floor, "BREAD/X1", direction=Direction.BACKWARD, edges=True)
        assert levels(back) == {
            "BREAD/X1": 0,
            "BREAD/B1": 1,
            "ROLL/R1": 1,
            "DOUGH/D1": 2,
            "FLOUR/F1": 3,
            "FLOUR/F2": 3,
        }
        assert len(back.edges) == len(set(back.edges)) == 6
        (ahead,) = await recalled(floor, "FLOUR/F1", direction=Direction.FORWARD, edges=True)
        assert ahead.trace.total == 5
        assert len(ahead.edges) == 5

    async def test_row_7_a_trace_does_not_stop_at_any_depth(self, floor: Floor) -> None:
        await operate(floor, received("F/0", "1"))
        for n in range(12):
            await operate(floor, Split(lot_key(f"F/{n}"), (part(f"F/{n + 1}", "1"),)))
        (ahead,) = await recalled(floor, "F/0", direction=Direction.FORWARD)
        assert levels(ahead) == {f"F/{n}": n for n in range(13)}
        (back,) = await recalled(floor, "F/12", direction=Direction.BACKWARD)
        assert levels(back) == {f"F/{n}": 12 - n for n in range(13)}

    async def test_row_7_a_forward_trace_of_what_nobody_used_is_itself(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "1"))
        known, unknown = await recalled(floor, "F/1", "F/9", direction=Direction.FORWARD)
        assert levels(known) == {"F/1": 0}
        assert (unknown.trace.total, levels(unknown), unknown.receipts) == (0, {}, [])

    async def test_row_8_by_component_lot_in_pages(self, floor: Floor) -> None:
        await bakery(floor)
        seen: list[LotKey] = []
        start: Start | None = Start(lot_key("FLOUR/F2"))
        while start:
            wish = Wish(Direction.FORWARD, 2)
            async with floor.work() as books:
                (one,) = await recall(books, [start], wish)
            assert one.trace.total == 5
            assert len(one.trace.lots) <= 2
            seen += [lot.key for lot in one.trace.lots]
            start = None if one.trace.after is None else Start(start.lot, one.trace.after)
        names = ["BREAD/B1", "BREAD/X1", "DOUGH/D1", "FLOUR/F2", "ROLL/R1"]
        assert sorted(seen) == [lot_key(name) for name in names]

    async def test_row_8_what_is_void_is_not_recalled(self, floor: Floor) -> None:
        await bakery(floor)
        await void_operation(floor, "s1")
        await void(floor, "r1")
        (ahead,) = await recalled(floor, "FLOUR/F1", direction=Direction.FORWARD)
        assert [one.shipment_no for one in ahead.shipments] == ["S2", "S2"]
        assert "ROLL/R1" not in levels(ahead)

    async def test_row_8_lots_are_found_by_whatever_number_is_on_the_paper(
        self, floor: Floor
    ) -> None:
        await bakery(floor)

        async def found(sought: Sought) -> list[str]:
            async with floor.work() as books:
                page = Page(listing_of_lots(LYON, sought), 10)
                return [str(one.key) for one in (await list_lots(books, LYON, page, sought)).rows]

        assert await found(Sought(lot_no="F1")) == ["lyon/FLOUR/F1"]
        assert await found(Sought(supplier_lot="O-1")) == ["lyon/FLOUR/F2"]
        assert await found(Sought(order_no="r")) == ["lyon/ROLL/R1"]
        assert await found(Sought(lot_no="R1", order_no="b")) == []

    async def test_lots_of_other_plants_are_counted_and_not_shown(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"))
        sent = lot_key("F/1")
        for n in range(3):
            there = part(f"F/N{n}", "1")
            there = there._replace(lot=there.lot._replace(plant="nice"))
            await operate(floor, Receive(there, sent_as=sent), plant="nice")
        wish = Wish(Direction.FORWARD, 100, levels=True, plants=[LYON])
        (mine,) = await recalled(floor, "F/1", direction=wish.direction, wish=wish)
        assert (mine.trace.total, mine.trace.withheld, levels(mine)) == (4, 3, {"F/1": 0})
        (all_of_it,) = await recalled(floor, "F/1", direction=wish.direction)
        assert (all_of_it.trace.withheld, len(all_of_it.trace.lots)) == (0, 4)
        nearest = replace_wish(wish, nearest=True)
        (first,) = await recalled(floor, "F/1", direction=wish.direction, wish=nearest)
        assert first.trace.places == mine.trace.places
        assert first.trace.keys == {sent}

    async def test_merged_supplier_lots_are_all_found(self, floor: Floor) -> None:
        told = [replace(received(f"F/{n}", "1"), supplier=f"S{n}") for n in range(4)]
        await operate(floor, *told)
        parts = tuple(part(f"F/{n}", "1") for n in range(4))
        await operate(floor, Merge(parts, lot_key("F/all")))
        (back,) = await recalled(floor, "F/all", direction=Direction.BACKWARD)
        assert sorted(one.supplier for one in back.receipts) == ["S0", "S1", "S2", "S3"]


def replace_wish(wish: Wish, *, nearest: bool) -> Wish:
    """The same, the nearest first."""
    return wish._replace(nearest=nearest, levels=False)
