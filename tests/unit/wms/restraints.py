"""What restrains stock: reversals take back once and whole, holds keep a lot where it is.

A subclass gives the fixture `warehouse`.
"""
# ruff: noqa: D102 - a test's name is its sentence

import pytest

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.wms.application.read_stock import stock_of_lots
from services.wms.domain.rules import MovementType
from tests.unit.wms.moves import (
    BLOCKED,
    FREE,
    QUALITY,
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
from tests.unit.wms.use_cases import Warehouse, carry, put, refused, stock


class ReversalContract:
    """Inverts exactly, once."""

    async def test_every_type_is_taken_back_to_where_it_was(self, warehouse: Warehouse) -> None:
        start = [
            receive("free", "10"),
            receive("quality", "10", status=QUALITY),
            receive("blocked", "10", status=BLOCKED),
        ]
        await carry(warehouse, *start)
        before = await stock(warehouse, "FLOUR/F1")
        for type in MovementType:
            if type is MovementType.REVERSAL:
                continue
            to = "A-01" if type is MovementType.TRANSFER_LOCATION else ""
            one = move(f"m {type}", type, "3", to_location=to)
            await carry(warehouse, one)
            assert await stock(warehouse, "FLOUR/F1") != before, type
            await carry(warehouse, take_back(f"b {type}", one))
            assert await stock(warehouse, "FLOUR/F1") == before, type
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


FORBIDDEN = {
    MovementType.ISSUE_TO_ORDER,
    MovementType.ISSUE_TO_DELIVERY,
    MovementType.RELEASE_FROM_QUALITY,
    MovementType.UNBLOCK,
    MovementType.TRANSFER_LOCATION,
}
FORBIDDEN_BACK = {
    MovementType.RECEIPT_PURCHASE,
    MovementType.RECEIPT_PRODUCTION,
    MovementType.RETURN_FROM_ORDER,
    MovementType.BLOCK,
    MovementType.TRANSFER_LOCATION,
}


class HoldsContract:
    """A held lot stays where it is and out of use."""

    @pytest.mark.parametrize("type", [one for one in MovementType if one != "reversal"])
    async def test_what_a_hold_forbids(self, warehouse: Warehouse, type: MovementType) -> None:
        held = ("lot_held", "movements[0].stock.lot_no")
        await carry(
            warehouse,
            *(receive(f"r {status}", "10", status=status) for status in (FREE, QUALITY, BLOCKED)),
        )
        to = "A-01" if type is MovementType.TRANSFER_LOCATION else ""
        before, during = (move(one, type, "3", to_location=to) for one in ("m1", "m2"))
        await carry(warehouse, before)
        assert await put(warehouse, hold()) == ["H1"]
        if type in FORBIDDEN:
            assert await refused(warehouse, during) == held
        else:
            await carry(warehouse, during)
        if type in FORBIDDEN_BACK:
            assert await refused(warehouse, take_back("b1", before)) == held
        else:
            await carry(warehouse, take_back("b1", before))
        await put(warehouse, hold(active=False, version=2))
        await carry(warehouse, during)
        await carry(warehouse, take_back("b1", before))

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
        assert [one.hold_nos for one in found] == [["H1"], ["H2"]]
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
