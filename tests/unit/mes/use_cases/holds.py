"""What mes does with held lots."""

# ruff: noqa: D102 - a test's name is its sentence

import pytest

from services.kit.errors import ConflictError
from services.mes.application.confirm_operations import Result
from tests.unit.mes.reports import hold, order_key, plan, report
from tests.unit.mes.use_cases.steps import (
    Floor,
    confirm,
    create,
    lot,
    put,
)


class HoldsContract:
    """Holds."""

    async def test_a_held_lot_is_not_consumed(self, floor: Floor) -> None:
        await create(floor, plan())
        assert await put(floor, hold("FLOUR/F1"), hold("FLOUR/F1", hold_no="H0")) == ["H0", "H1"]
        use = report("a", consumed=(("FLOUR/F2", "1"), ("FLOUR/F1", "1")))
        with pytest.raises(ConflictError, match="lyon/FLOUR/F1 is held by H0, H1") as caught:
            await confirm(floor, use)
        assert caught.value.code == "lot_held"
        assert caught.value.field == "confirmations[0].consumed[1].lot_no"
        await put(floor, hold("FLOUR/F1", version=2, active=False))
        await put(floor, hold("FLOUR/F1", version=1), hold("FLOUR/F1", version=2))
        await put(floor, hold("FLOUR/F1", version=3, active=False, hold_no="H0"))
        assert await confirm(floor, use) == [Result("a", 1, False)]

    async def test_a_lot_made_from_a_held_lot_is_born_held(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("in", "0", lot="", consumed=(("FLOUR/F1", "9"),)))
        await put(floor, hold("FLOUR/F1", version=7))
        await confirm(floor, report("out"))
        assert (await lot(floor, "BREAD/L1")).holds == {"H1": 7}
        async with floor.work() as books:
            assert await books.orders.holds([order_key()]) == {order_key(): ["H1"]}
        await put(floor, hold("BREAD/L1", version=8, active=False))
        await confirm(floor, report("more"))
        assert (await lot(floor, "BREAD/L1")).holds == {}

    async def test_what_was_made_of_it_meanwhile_is_held_too(self, floor: Floor) -> None:
        """The rolls were baked of a dough whose yield is reported after them."""
        await create(floor, plan("dough", item_no="DOUGH"), plan("roll"), plan("box"))
        await confirm(
            floor,
            report("in", "0", order_no="dough", lot="", consumed=(("FLOUR/F1", "9"),)),
            report("roll", order_no="roll", lot="R1", consumed=(("DOUGH/D1", "9"),)),
            report("box", order_no="box", lot="B1", consumed=(("BREAD/R1", "9"),)),
        )
        await put(floor, hold("FLOUR/F1"))
        await confirm(floor, report("out", order_no="dough", lot="D1"))
        for name in ("DOUGH/D1", "BREAD/R1", "BREAD/B1"):
            assert (await lot(floor, name)).holds == {"H1": 1}
