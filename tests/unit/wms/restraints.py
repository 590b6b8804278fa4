"""What restrains stock: reversals take back once and whole, holds keep a lot where it is.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

import pytest

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.wms.application.apply_holds import Inherited, inherit_holds
from services.wms.application.read_stock import stock_of_lots
from services.wms.domain.hold import Block, Restraint
from services.wms.domain.movement import Movement
from services.wms.domain.place import Status
from services.wms.domain.rules import MovementType
from services.wms.domain.target import Target
from tests.unit.wms.moves import (
    BLOCKED,
    BOX,
    FREE,
    LYON,
    QUALITY,
    elsewhere,
    hold,
    issue,
    lot_key,
    move,
    produce,
    receive,
    release,
    take_back,
    transfer,
)
from tests.unit.wms.use_cases import Warehouse, build, carry, put, refused, stock


class ReversalContract:
    """Inverts exactly, once."""

    async def test_every_type_is_taken_back_to_where_it_was(self, warehouse: Warehouse) -> None:
        await build(warehouse, BOX)
        await carry(warehouse, *everywhere())
        before = await stock(warehouse, "FLOUR/F1")
        for type in TYPES:
            one = move(f"m {type}", type, "3", **elsewhere(type))
            await carry(warehouse, one)
            assert await stock(warehouse, "FLOUR/F1") != before, type
            await carry(warehouse, take_back(f"b {type}", one))
            assert await stock(warehouse, "FLOUR/F1") == before, type
            assert await stock(warehouse, "FLOUR/F9") == [], type
        found = move("found", MovementType.COUNT_ADJUST, "-3")
        await carry(warehouse, found, take_back("not lost", found))
        assert await stock(warehouse, "FLOUR/F1") == before

    async def test_once_only(self, warehouse: Warehouse) -> None:
        received = receive("r1")
        await carry(warehouse, received, take_back("b1", received))
        twice = ("already_reversed", "movements[0].reverses")
        assert await refused(warehouse, take_back("b2", received)) == twice
        assert await carry(warehouse, take_back("b1", received)) == [True]
        again = receive("r2")
        both = (take_back("b3", again), take_back("b4", again))
        assert await refused(warehouse, again, *both) == (
            "already_reversed",
            "movements[2].reverses",
        )

    async def test_only_what_was_moved_and_as_it_was(self, warehouse: Warehouse) -> None:
        received = receive("r1")
        unknown = await refused(warehouse, take_back("b1", received), kind=NotFoundError)
        assert unknown == ("unknown_reference", "movements[0].reverses")
        back = take_back("b1", received)
        await carry(warehouse, received, back)
        assert await refused(warehouse, take_back("b2", back)) == (
            "not_reversible",
            "movements[0].reverses",
        )
        moved = transfer("t1", "4", name="SALT/")
        await carry(warehouse, receive("s1", name="SALT/"), moved)
        for field, other in (
            ("stock.item_no", transfer("t1", "4", name="FLOUR/")),
            ("stock.lot_no", transfer("t1", "4", name="SALT/S1")),
            ("stock.location", transfer("t1", "4", name="SALT/", location="B-01")),
            ("stock.status", transfer("t1", "4", name="SALT/", status=BLOCKED)),
            ("to_location", transfer("t1", "4", "B-01", name="SALT/")),
            ("quantity", transfer("t1", "5", name="SALT/")),
            ("order_no", transfer("t1", "4", name="SALT/", order_no="4711")),
            ("delivery_no", transfer("t1", "4", name="SALT/", delivery_no="80001/10")),
            ("stock.owner", transfer("t1", "4", name="SALT/", owner="MILL")),
        ):
            found = await refused(warehouse, take_back("b3", other), kind=InvalidError)
            assert found == ("reversal_differs", f"movements[0].{field}")

    async def test_what_has_gone_cannot_be_taken_back(self, warehouse: Warehouse) -> None:
        received = receive("r1")
        await carry(warehouse, received, issue("i1", "1"))
        assert await refused(warehouse, take_back("b1", received)) == (
            "insufficient_stock",
            "movements[0].quantity.value",
        )


USE, MOVE, CONSUME, SHIP = Block.POSTING, Block.MOVE, Block.CONSUME, Block.SHIP
T = MovementType
# Spelled out, not read from the rules: what each block forbids, and what it forbids to take back.
FORBIDDEN = {
    T.ISSUE_TO_ORDER: {CONSUME},
    T.ISSUE_TO_DELIVERY: {SHIP},
    T.RETURN_TO_SUPPLIER: {SHIP},
    T.RELEASE_FROM_QUALITY: {USE},
    T.RELEASE_GR_BLOCKED: {USE},
    T.RELEASE_VALUATED: {USE},
    T.ACCEPT_RETURN: {USE},
    T.TAKE_OVER: {USE},
    T.UNBLOCK: {USE},
    T.UNRESTRICT: {USE},
    T.TRANSFER_LOCATION: {MOVE},
    T.TRANSFER_PLANT: {MOVE, SHIP},
    T.TRANSFER_PLANT_OUT: {MOVE, SHIP},
    T.RELABEL: {MOVE},
    T.PACK: {MOVE},
    T.UNPACK: {MOVE},
}
FORBIDDEN_BACK = {
    **{
        key: {USE}
        for key in (
            T.RECEIPT_PURCHASE,
            T.RECEIPT_GR_BLOCKED,
            T.RECEIPT_VALUATED,
            T.RECEIPT_PRODUCTION,
            T.RECEIPT_BYPRODUCT,
            T.RETURN_FROM_ORDER,
            T.RETURN_FROM_CUSTOMER,
            T.BLOCK,
            T.RESTRICT,
            T.UNRESTRICTED_TO_QUALITY,
        )
    },
    T.TRANSFER_LOCATION: {MOVE},
    T.TRANSFER_PLANT: {MOVE, SHIP},
    T.TRANSFER_PLANT_OUT: {MOVE, SHIP},
    T.TRANSFER_PLANT_IN: {MOVE},
    T.RELABEL: {MOVE},
    T.PACK: {MOVE},
    T.UNPACK: {MOVE},
}
TYPES = [one for one in T if one is not T.REVERSAL]


def everywhere() -> list[Movement]:
    """10 kg of FLOUR/F1 in every status, loose and packed, our own and the mill's."""
    there = [move(f"in {one}", T.COUNT_ADJUST, status=one) for one in Status if one != "in_transit"]
    on_its_way = move("out", T.TRANSFER_PLANT_OUT, plant="oslo", to=Target(plant=LYON))
    return [
        *there,
        receive("oslo", plant="oslo"),
        on_its_way,
        *(receive(f"mill {one}", owner="MILL", status=one) for one in (FREE, QUALITY, BLOCKED)),
        receive("packed", hu=BOX),
    ]


class HoldsContract:
    """A held lot stays where it is and out of use."""

    @pytest.mark.parametrize("type", TYPES)
    async def test_what_a_hold_forbids(self, warehouse: Warehouse, type: MovementType) -> None:
        held = ("lot_held", "movements[0].stock.lot_no")
        await build(warehouse, BOX)
        await carry(warehouse, *everywhere())
        for version, block in enumerate(Block, 1):
            names = (f"{block} before", f"{block} during")
            before, during = (move(one, type, "1", **elsewhere(type)) for one in names)
            back = take_back(f"{block} back", before)
            await carry(warehouse, before)
            hold_no = f"H{version}"
            assert await put(warehouse, hold(hold_no=hold_no, blocks=[block])) == [hold_no]
            if block in FORBIDDEN.get(type, set()):
                assert await refused(warehouse, during) == held
            else:
                await carry(warehouse, during)
            if block in FORBIDDEN_BACK.get(type, set()):
                assert await refused(warehouse, back) == held
            else:
                await carry(warehouse, back)
            await put(warehouse, hold(hold_no=hold_no, active=False, version=2))
            await carry(warehouse, during, back)

    async def test_a_hold_of_an_ancestor_holds_what_its_stock_became(
        self, warehouse: Warehouse
    ) -> None:
        relabel = move("l1", T.RELABEL, "6", to=Target(lot_no="F2"))
        away = move("t1", T.TRANSFER_PLANT, "4", "FLOUR/F2", to=Target(plant="oslo"))
        await carry(warehouse, receive("r1"), relabel, away)
        await put(warehouse, hold(blocks=[CONSUME]))
        for name, plant in (("FLOUR/F1", LYON), ("FLOUR/F2", LYON), ("FLOUR/F2", "oslo")):
            one = issue(f"i {name} {plant}", "1", name, plant=plant)
            assert (await refused(warehouse, one))[0] == "lot_held", one
        await carry(warehouse, move("s1", T.ISSUE_TO_DELIVERY, "1", "FLOUR/F2"))
        async with warehouse.work() as books:
            [found] = await stock_of_lots(books, [lot_key("FLOUR/F2", "oslo")])
        assert found.holds == [Restraint("H1", frozenset({CONSUME}))]
        # A hold of what became of it does not hold the ancestor.
        await put(warehouse, hold(active=False, version=2), hold("FLOUR/F2", hold_no="H2"))
        await carry(warehouse, issue("i1", "1"))
        assert (await refused(warehouse, issue("i2", "1", "FLOUR/F2")))[0] == "lot_held"
        await put(warehouse, hold("FLOUR/F2", hold_no="H2", version=2, active=False))
        # What was taken back has not become anything.
        stays = move("l2", T.RELABEL, "1", to=Target(lot_no="F3"))
        await carry(warehouse, stays, receive("r3", name="FLOUR/F3"))
        await carry(warehouse, take_back("b2", stays))
        await put(warehouse, hold(hold_no="H3"))
        await carry(warehouse, issue("i3", "1", "FLOUR/F3"))

    async def test_what_mes_made_of_a_held_lot_is_held_as_that_is(
        self, warehouse: Warehouse
    ) -> None:
        def passed(name: str, hold_no: str = "H1", version: int = 1) -> Inherited:
            return Inherited(lot_key(name), lot_key("FLOUR/F1"), hold_no, version)

        names = [f"BREAD/B{n}" for n in range(4)]
        await carry(warehouse, *(receive(f"r {one}", name=one) for one in names))
        await put(warehouse, hold(blocks=[SHIP]), hold(names[1], version=2, active=False))
        async with warehouse.work() as books:
            unknown = passed(names[3], "H9")
            await inherit_holds(books, [*map(passed, names[:3]), unknown, passed(names[2])])
        found = {name: await self._blocks(warehouse, name) for name in names}
        assert found == {
            names[0]: [{SHIP}],
            names[1]: [],  # lifted by quality before the news of it came
            names[2]: [{SHIP}],
            names[3]: [set(Block)],  # what the hold stops is not known here yet
        }
        told = replace(passed(names[1], "H8"), blocks=frozenset({MOVE}))
        async with warehouse.work() as books:
            await inherit_holds(books, [told])
        assert await self._blocks(warehouse, names[1]) == [{MOVE}]
        await put(warehouse, hold(names[3], hold_no="H9", blocks=[MOVE]))
        assert await self._blocks(warehouse, names[3]) == [{MOVE}]
        async with warehouse.work() as books:
            await inherit_holds(books, [passed(names[3], "H9")])
        assert await self._blocks(warehouse, names[3]) == [{MOVE}]

    async def _blocks(self, warehouse: Warehouse, name: str) -> list[set[Block]]:
        async with warehouse.work() as books:
            [found] = await stock_of_lots(books, [lot_key(name)])
        return [set(one.blocks) for one in found.holds]

    async def test_holds_go_round_a_circle_once(self, warehouse: Warehouse) -> None:
        there = move("t1", T.TRANSFER_PLANT, "4", to=Target(plant="oslo"))
        back = move("t2", T.TRANSFER_PLANT, "2", plant="oslo", to=Target(plant=LYON))
        await carry(warehouse, receive("r1"), there, back)
        await put(warehouse, hold(blocks=[CONSUME]), hold(hold_no="H2", blocks=[SHIP]))
        assert (await refused(warehouse, issue("i1", "1")))[0] == "lot_held"
        assert (await refused(warehouse, issue("i1", "1", plant="oslo")))[0] == "lot_held"

    async def test_a_hold_says_so_and_ends_with_the_last(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"), receive("r2", name="FLOUR/F2"))
        await put(warehouse, hold(hold_no="H2"), hold(), hold("FLOUR/F3"))
        with pytest.raises(ConflictError, match="lyon/FLOUR/F1 is held by H1, H2: no issue_to_o"):
            await carry(warehouse, issue("i1"))
        await carry(warehouse, issue("i2", name="FLOUR/F2"))
        await put(warehouse, hold(version=2, active=False))
        assert (await refused(warehouse, issue("i1")))[0] == "lot_held"
        async with warehouse.work() as books:
            found = await stock_of_lots(books, [lot_key("FLOUR/F3"), lot_key("FLOUR/F1")])
        numbers = [[one.hold_no for one in lot.holds] for lot in found]
        assert numbers == [["H1"], ["H2"]]
        await put(warehouse, hold(hold_no="H2", version=3, active=False))
        await carry(warehouse, issue("i1"))

    async def test_a_later_version_wins_whenever_it_comes(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        lifted = hold(version=2, active=False)
        await put(warehouse, lifted, hold())
        await put(warehouse, hold())
        await put(warehouse, lifted)
        await carry(warehouse, issue("i1"))

    async def test_a_lot_nobody_moved_yet_is_held_when_it_comes(self, warehouse: Warehouse) -> None:
        await put(warehouse, hold("BREAD/B1"))
        await carry(warehouse, produce("p1"))
        assert (await refused(warehouse, release("q1")))[0] == "lot_held"
        await carry(warehouse, move("x1", MovementType.SCRAP, name="BREAD/B1", status=QUALITY))
