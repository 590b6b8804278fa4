"""What mes knows of the descent of lots."""

# ruff: noqa: D102 - a test's name is its sentence

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import pytest

from services.mes.application import trace
from services.mes.application.find import (
    lots_of_orders,
)
from services.mes.application.rebuild_genealogy import rebuild_genealogy
from services.mes.application.snapshot import read_state
from services.mes.application.trace import Start, Wish, trace_lots
from services.mes.domain.events import (
    LotProduced,
    OperationConfirmed,
    WorkOrderCreated,
)
from services.mes.domain.genealogy import Cause, Direction, Edge, Link, Record
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.ports import Books
from tests.unit.mes.reports import AT, LYON, lot_key, order_key, plan, report
from tests.unit.mes.use_cases.steps import Floor, confirm, create, edges, family, refused, void


async def nearest(books: Books, direction: Direction, *lots: LotKey) -> list[list[str]]:
    """The numbers of what was reached from each, itself first."""
    wish = Wish(direction, 10, nearest=True)
    traces = await trace_lots(books, [Start(lot) for lot in lots], wish)
    return [[lot.key.lot_no for lot in one.lots] for one in traces]


class GenealogyContract:
    """Edges and traces."""

    async def test_named_and_loose_consumption(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(
            floor,
            report("1", consumed=(("FLOUR/F1", "5"),)),
            report("2", "0", lot="", consumed=(("SALT/S1", "1"),)),
            report("3", lot="L2", consumed=(("FLOUR/F2", "5"),)),
        )
        await confirm(floor, report("4", consumed=(("FLOUR/F1", "4"),)))
        await confirm(floor, report("5", "0", lot="", consumed=(("SALT/S2", "1"),)))
        assert await edges(floor) == [
            ("F1", "L1", "9 KGM"),
            ("F2", "L2", "5 KGM"),
            ("S1", "L1", "?"),
            ("S1", "L2", "?"),
            ("S2", "L1", "?"),
            ("S2", "L2", "?"),
        ]
        assert await family(floor, "FLOUR/F1", direction=Direction.FORWARD) == {
            "FLOUR/F1",
            "BREAD/L1",
        }
        back = await family(floor, "BREAD/L2", "NO/ONE", direction=Direction.BACKWARD)
        assert back == {"BREAD/L2", "FLOUR/F2", "SALT/S1", "SALT/S2"}

    async def test_each_lot_has_a_trace_of_its_own_nearest_first(self, floor: Floor) -> None:
        await create(floor, plan("a"), plan("b", item_no="TOAST"))
        await confirm(floor, report("1", order_no="a", consumed=(("FLOUR/F1", "5"),)))
        used = (("BREAD/L1", "5"), ("FLOUR/F1", "1"), ("SALT/S1", "1"))
        await confirm(floor, report("2", order_no="b", lot="T1", consumed=used))
        toast, flour, stranger = map(lot_key, ("TOAST/T1", "FLOUR/F1", "NO/ONE"))
        async with floor.work() as books:
            back = await nearest(books, Direction.BACKWARD, toast, flour, stranger)
            ahead = await nearest(books, Direction.FORWARD, flour, stranger)
            into = await books.genealogy.next_to({toast}, Direction.BACKWARD)
            out = await books.genealogy.next_to({flour, stranger}, Direction.FORWARD)
        assert back == [["T1", "L1", "F1", "S1"], ["F1"], []]
        assert ahead == [["F1", "L1", "T1"], []]
        assert [edge.link.source.lot_no for edge in into] == ["L1", "F1", "S1"]
        assert [(edge.link.target.lot_no, str(edge.quantity)) for edge in out] == [
            ("L1", "5 KGM"),
            ("T1", "1 KGM"),
        ]

    async def test_a_large_family_is_walked_no_farther_than_it_is_shown(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trace, "AT_ONCE", 0)
        numbers = ["F1", *"abcd"]
        await create(floor, *(plan(number) for number in numbers[1:]))
        for source, number in pairwise(numbers):
            used = "FLOUR/F1" if source == "F1" else f"BREAD/{source}"
            await confirm(
                floor, report(number, order_no=number, lot=number, consumed=((used, "1"),))
            )
        first, stranger = map(lot_key, ("FLOUR/F1", "NO/ONE"))
        async with floor.work() as books:
            steps, asked = books.traces.steps, 0

            async def counted(places: Collection[int], direction: Direction) -> Any:
                nonlocal asked
                asked += 1
                return await steps(places, direction)

            monkeypatch.setattr(books.traces, "steps", counted)
            wish = Wish(Direction.FORWARD, 2, nearest=True)
            near, nobody = await trace_lots(books, [Start(first), Start(stranger)], wish)
            assert asked == 2
            (far,) = await trace_lots(books, [Start(first)], wish._replace(size=9))
        assert [lot.key.lot_no for lot in near.lots] == numbers[:3]
        assert (near.levels, near.total, nobody.total) == ([0, 1, 2], 5, 0)
        assert [lot.key.lot_no for lot in far.lots] == numbers

    async def test_no_lot_is_made_of_itself(self, floor: Floor) -> None:
        await create(floor, plan("a"), plan("b"))
        await confirm(floor, report("1", order_no="a", lot="A1", consumed=(("BREAD/B1", "1"),)))
        assert await refused(
            floor,
            report("2", order_no="a", lot="A2"),
            report("3", order_no="b", lot="B1", consumed=(("BREAD/A1", "1"),)),
        ) == ("lot_cycle", "confirmations[1].lot_no")
        itself = report("4", order_no="b", lot="B2", consumed=(("BREAD/B2", "1"),))
        assert (await refused(floor, itself))[0] == "lot_cycle"

    async def test_the_genealogy_rebuilds_from_confirmations(self, floor: Floor) -> None:
        await create(floor, *(plan(number) for number in ("a", "b", "c")))
        await confirm(
            floor,
            report("1", order_no="a", lot="A1", consumed=(("FLOUR/F1", "1"), ("SALT/S1", "1"))),
            report("2", "0", order_no="b", lot="", consumed=(("BREAD/A1", "0.5"),)),
            report("3", order_no="b", lot="B1"),
            report("4", order_no="c", lot="C1", consumed=(("BREAD/B1", "2"), ("BREAD/A1", "1"))),
        )
        await confirm(floor, report("5", "0", order_no="b", lot="", consumed=(("FLOUR/F1", "1"),)))
        live = await edges(floor)
        await floor.forget_genealogy()
        assert await edges(floor) == []
        async with floor.work() as books:
            assert await rebuild_genealogy(books) == len(live)
        assert await edges(floor) == live

    async def test_a_rebuild_strikes_out_what_nothing_stands_for(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("1", consumed=(("FLOUR/F1", "5"),)))
        live = await edges(floor)
        ghost = Link(lot_key("SALT/S1"), lot_key("BREAD/L1"), order_key())
        async with floor.work() as books:
            await books.lots.open({ghost.source})
            await books.genealogy.add([Record(Edge(ghost, None), Cause("ghost", AT))])
        assert len(await edges(floor)) == 2
        async with floor.work() as books:
            assert await rebuild_genealogy(books) == 1
        assert await edges(floor) == live

    async def test_a_void_report_is_no_ground_for_an_edge(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(
            floor,
            report("1", consumed=(("FLOUR/F1", "5"), ("FLOUR/F1", "1"))),
            report("2", consumed=(("FLOUR/F1", "4"),)),
        )
        assert await edges(floor) == [("F1", "L1", "10 KGM")]
        await void(floor, "1")
        assert await edges(floor) == [("F1", "L1", "4 KGM")]
        await void(floor, "1", "2")
        assert await edges(floor) == []
        for direction, name in ((Direction.FORWARD, "FLOUR/F1"), (Direction.BACKWARD, "BREAD/L1")):
            assert await family(floor, name, direction=direction) == {name}
        async with floor.work() as books:
            assert await books.genealogy.children([lot_key("FLOUR/F1")]) == {}
            assert await rebuild_genealogy(books) == 0
        assert await edges(floor) == []

    async def test_a_share_stands_while_one_report_on_each_side_does(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(
            floor,
            report("salt", "0", lot="", consumed=(("SALT/S1", "1"),)),
            report("more salt", "0", lot="", consumed=(("SALT/S1", "1"),)),
            report("first", lot="L1"),
            report("second", lot="L1"),
            report("other", lot="L2"),
        )
        both = [("S1", "L1", "?"), ("S1", "L2", "?")]
        await void(floor, "first", "salt")
        assert await edges(floor) == both
        await void(floor, "second")
        assert await edges(floor) == both[1:]
        await confirm(floor, report("late", "0", lot="", consumed=(("SALT/S2", "1"),)))
        assert await edges(floor) == [*both[1:], ("S2", "L2", "?")]
        await confirm(floor, report("third", lot="L1"))
        assert await edges(floor) == [*both, ("S2", "L1", "?"), ("S2", "L2", "?")]
        await void(floor, "more salt", "late")
        assert await edges(floor) == []
        await confirm(floor, report("fourth", lot="L1"))
        assert await edges(floor) == []

    async def test_what_is_void_is_kept_with_its_reason(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("1", consumed=(("FLOUR/F1", "5"),)))
        await void(floor, "1", corrective=("1 corrected",))
        await void(floor, "1", "unknown")
        async with floor.work() as books:
            events = [ReportKey(LYON, id) for id in ("1", "2", "unknown")]
            assert await books.genealogy.voided(events) == {events[0], events[2]}

    async def test_a_snapshot_tells_orders_lots_and_confirmations(self, floor: Floor) -> None:
        await create(floor, *(plan(number) for number in "abcde"))
        await confirm(
            floor,
            report("1", order_no="a", lot="A2"),
            report("2", order_no="a", lot="A1"),
            report("3", "0", order_no="a", lot="A3", consumed=(("FLOUR/F1", "1"),)),
        )
        async with floor.work() as books:
            lots = (await lots_of_orders(books, [order_key("a")]))[order_key("a")]
            assert [one.key.lot_no for one in lots] == ["A1", "A2", "A3"]
            state = [
                type(fact)
                async for part in read_state(books, lambda key: key[1] in "ae")
                for fact in part
            ]
        assert state == [
            WorkOrderCreated,
            LotProduced,
            LotProduced,
            *[OperationConfirmed] * 3,
            WorkOrderCreated,
        ]
