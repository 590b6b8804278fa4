"""Ways between plants that the warehouse alone was told of, in the genealogy of both."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from itertools import permutations

import pytest

from services.mes.application.rebuild_genealogy import rebuild_genealogy
from services.mes.application.trace import trace
from services.mes.domain.genealogy import Direction, Kind
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot import Lot
from services.mes.domain.lot_operation import LotOperation, Part, Receive, Ship
from services.mes.domain.voiding import Void
from tests.unit.mes.reports import AT, LYON, hold, kg, lot_key, part
from tests.unit.mes.use_cases.steps import Floor, follow, left, operate, put, reversed_by, told
from tests.unit.mes.use_cases.stock import MILL, TO_X, passages


def nice(name: str = "F/1") -> LotKey:
    """The lot that it becomes in Nice."""
    return lot_key(name)._replace(plant="nice")


def sent(name: str = "F/1", id: str = "t1") -> LotOperation:
    """Four kilograms leave Lyon."""
    return told(id, Ship(part(name, "4"), id))


def arrived(
    name: str = "F/1", id: str = "t1", *, source: str = LYON, to: str = "nice"
) -> LotOperation:
    """They come to the other plant."""
    lots = [lot_key(name)._replace(plant=plant) for plant in (to, source)]
    return LotOperation(f"{source}/{id}", to, AT, Receive(Part(lots[0], kg("4")), sent_as=lots[1]))


def taken_back(id: str, original: str = "lyon/t1") -> Void:
    """Nice hears that they have not come."""
    return replace(reversed_by(f"lyon/{id}", ""), event=ReportKey("nice", original))


async def reached(floor: Floor, start: LotKey, direction: Direction) -> set[str]:
    """Every lot, whatever its plant."""
    async with floor.work() as books:
        return {str(one.key) for one in (await trace(books, [start], direction)).lots}


async def known(floor: Floor, key: LotKey) -> Lot:
    """As it is now."""
    async with floor.work() as books:
        return (await books.lots.get([key]))[key]


class BorderContract:
    """Ways between plants, of which each side is told by an event of its own."""

    async def test_a_trace_crosses_the_border_whichever_side_is_heard_of_first(
        self, floor: Floor
    ) -> None:
        for n, order in enumerate(permutations(range(3))):
            name = f"F/{n}"
            events = (
                told(f"r{n}", replace(MILL, part=part(name, "10"))),
                sent(name, f"t{n}"),
                arrived(name, f"t{n}"),
            )
            for place in order:
                await follow(floor, events[place])
            # Told again, also both at once; made anew.
            await follow(floor, *events, *events)
            async with floor.work() as books:
                await rebuild_genealogy(books)
            both = {f"lyon/{name}", f"nice/{name}"}
            assert await reached(floor, lot_key(name), Direction.FORWARD) == both
            assert await reached(floor, nice(name), Direction.BACKWARD) == both
            async with floor.work() as books:
                [edge] = await books.genealogy.among([lot_key(name), nice(name)])
            assert (edge.link.kind, edge.quantity, edge.made) == (Kind.RECEIVE, kg("4"), kg("4"))
            assert (await left(floor, name), (await known(floor, nice(name))).on_hand) == (
                ["6 KGM"],
                kg("4"),
            )
            ((receipt,), (shipment,)) = await passages(floor, name)
            assert (receipt.supplier, shipment.shipment_no) == ("MILL", f"t{n}")

    @pytest.mark.parametrize("here_first", [True, False])
    async def test_a_reversal_closes_the_border_again_on_both_sides(
        self, floor: Floor, here_first: bool
    ) -> None:
        await follow(floor, told("r1", MILL), sent(), arrived())
        backs = (reversed_by("b1", "t1"), taken_back("b1"))
        await follow(floor, *(backs if here_first else backs[::-1]))
        await follow(floor, *backs, sent(), arrived())
        assert await reached(floor, lot_key("F/1"), Direction.FORWARD) == {"lyon/F/1"}
        assert await reached(floor, nice(), Direction.BACKWARD) == {"nice/F/1"}
        assert await left(floor, "F/1") == ["10 KGM"]
        assert (await known(floor, nice())).on_hand is None
        assert (await passages(floor, "F/1"))[1] == []
        # Anew, under a reference of its own.
        await follow(floor, arrived(id="t2"), sent(id="t2"))
        assert await reached(floor, nice(), Direction.BACKWARD) == {"lyon/F/1", "nice/F/1"}
        async with floor.work() as books:
            history = (await books.genealogy.history([nice()]))[nice()]
        assert [(one.record.cause.id, one.void_by) for one in history] == [
            ("lyon/t1", "lyon/t1"),
            ("lyon/t2", None),
        ]

    async def test_what_goes_there_and_back_is_traced_in_circles_that_end(
        self, floor: Floor
    ) -> None:
        await follow(floor, told("r1", MILL), sent(), arrived())
        await follow(floor, arrived(id="n1", source="nice", to=LYON))
        for start in (lot_key("F/1"), nice()):
            for direction in Direction:
                assert await reached(floor, start, direction) == {"lyon/F/1", "nice/F/1"}
        await follow(floor, sent(id="t2"), arrived(id="t2"), told("l1", TO_X))
        assert await reached(floor, nice(), Direction.FORWARD) == {
            "lyon/F/1",
            "nice/F/1",
            "lyon/SALT/X",
        }
        await put(floor, hold("F/1"))
        await follow(floor, arrived(id="t3"))
        assert set((await known(floor, nice())).holds) == {"H1"}

    async def test_what_comes_of_a_held_lot_is_held_and_told_where_it_is(
        self, floor: Floor
    ) -> None:
        await put(floor, hold("F/1"))
        await follow(floor, arrived())
        assert set((await known(floor, nice())).holds) == {"H1"}
        assert await floor.told() == ["nice/F/1 HoldsInherited", "nice/F/1 LotOperated"]

    async def test_a_lot_of_which_only_a_hold_is_known_may_have_been_sent(
        self, floor: Floor
    ) -> None:
        """Nobody said how it is counted, until its receipt here does."""
        await put(floor, hold("F/1", active=False))
        what = arrived().what
        await operate(floor, what, plant="nice")
        async with floor.work() as books:
            [edge] = (await trace(books, [lot_key("F/1")], Direction.FORWARD)).edges
        assert edge.quantity == kg("4")
