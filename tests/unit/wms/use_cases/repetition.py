"""A reference is a movement, however often it comes."""
# ruff: noqa: D102 - a test's name is its sentence

from tests.unit.wms.moves import (
    hold,
    issue,
    receive,
)
from tests.unit.wms.use_cases.steps import Warehouse, carry, put, refused, stock


class RepetitionContract:
    """A reference is a movement."""

    async def test_the_same_movement_happens_once(self, warehouse: Warehouse) -> None:
        assert await carry(warehouse, receive("r1"), receive("r1")) == [False, True]
        assert await carry(warehouse, issue("i1", "2"), receive("r1")) == [False, True]
        assert await stock(warehouse, "FLOUR/F1") == ["8 FLOUR lot F1, unrestricted"]
        assert len(await warehouse.told()) == 2

    async def test_a_reference_with_other_content_is_refused(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"))
        differs = ("movement_differs", "movements[1].reference")
        for other in (receive("r1", "11"), receive("r1", name="SALT/"), issue("r1")):
            assert await refused(warehouse, receive("r2"), other) == differs
        assert await refused(warehouse, receive("r3"), receive("r3", "11")) == differs
        await carry(warehouse, receive("r1", "11", plant="oslo"))

    async def test_a_replay_asks_neither_holds_nor_stock(self, warehouse: Warehouse) -> None:
        await carry(warehouse, receive("r1"), issue("i1"))
        await put(warehouse, hold())
        assert await carry(warehouse, issue("i1")) == [True]
