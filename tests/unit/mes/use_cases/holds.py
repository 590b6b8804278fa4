"""What mes does with held lots."""

# ruff: noqa: D102 - a test's name is its sentence

import pytest

from services.kit.errors import ConflictError
from services.mes.application.confirm_operations import Result
from services.mes.application.recall import inherited_holds
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.hold import Block, Restraint
from services.mes.domain.lot_operation import (
    Aggregate,
    Consume,
    Merge,
    Receive,
    Relabel,
    Rework,
    Ship,
    Split,
    What,
)
from tests.unit.mes.reports import hold, kg, lot_key, order_key, part, plan, received, report
from tests.unit.mes.use_cases.steps import (
    Floor,
    confirm,
    create,
    lot,
    operate,
    put,
)

STOPPED_BY: dict[type, Block | None] = {
    Confirmation: Block.CONSUME,
    Rework: Block.CONSUME,
    Consume: Block.CONSUME,
    Merge: Block.MOVE,
    Relabel: Block.MOVE,
    Aggregate: Block.MOVE,
    Ship: Block.SHIP,
    # Parts are born held, and what comes is no use.
    Split: None,
    Receive: None,
}
"""What mes does with a lot, and what a hold on it must block to stop that."""


async def _use(floor: Floor, use: type, name: str) -> None:
    """A kilogram of the lot, or all of it where that is what is done."""
    source, some, new = lot_key(name), part(name, "1"), lot_key(f"{name}x")
    if use is Confirmation:
        await confirm(floor, report(name, "1", consumed=((name, "1"),)))
        return
    every: dict[type, What] = {
        Rework: Rework(some, new),
        Consume: Consume(source, kg("1")),
        Merge: Merge((some,), lot_key("F/all")),
        Relabel: Relabel(source, new),
        Aggregate: Aggregate((some,), part(f"{name}x", "1")),
        Ship: Ship(some, "80001"),
        Split: Split(source, (part(f"{name}x", "1"),)),
        Receive: received(name, "1"),
    }
    await operate(floor, every[use])


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

    async def test_every_use_of_a_held_lot_is_stopped_by_what_the_hold_blocks_alone(
        self, floor: Floor
    ) -> None:
        """Every pair of what a hold may block and what mes may do with a lot."""
        await create(floor, plan())
        pairs = [(block, use) for block in Block for use in STOPPED_BY]
        names = [f"F/{n}" for n in range(len(pairs))]
        await operate(floor, *(received(name, "10") for name in (*names, "F/all")))
        holds = zip(names, pairs, strict=True)
        await put(floor, *(hold(name, blocks=frozenset({block})) for name, (block, _) in holds))
        for name, (block, use) in zip(names, pairs, strict=True):
            if block is STOPPED_BY[use]:
                with pytest.raises(ConflictError, match=f"{name} is held by H1") as caught:
                    await _use(floor, use, name)
                assert (caught.value.code, caught.value.field[-6:]) == ("lot_held", "lot_no")
            else:
                await _use(floor, use, name)

    async def test_what_is_made_of_a_held_lot_inherits_what_the_hold_blocks(
        self, floor: Floor
    ) -> None:
        await operate(floor, received("F/1", "10"), received("F/9", "10"))
        await put(floor, hold("F/1", blocks=frozenset({Block.SHIP})))
        await operate(floor, Merge((part("F/1", "4"),), lot_key("F/9")))
        await operate(floor, Relabel(lot_key("F/9"), lot_key("SALT/X")))
        for name in ("F/9", "SALT/X"):
            assert (await lot(floor, name)).holds == {"H1": Restraint(1, frozenset({Block.SHIP}))}
        with pytest.raises(ConflictError, match="SALT/X is held by H1"):
            await operate(floor, Ship(part("SALT/X", "1"), "80001"))
        async with floor.work() as books:
            [found] = (await inherited_holds(books, [lot_key("SALT/X")])).values()
        assert [one.blocks for one in found] == [{Block.SHIP}]
        await operate(floor, Consume(lot_key("SALT/X"), kg("1")))

    async def test_a_lot_made_from_a_held_lot_is_born_held(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("in", "0", lot="", consumed=(("FLOUR/F1", "9"),)))
        await put(floor, hold("FLOUR/F1", version=7))
        await confirm(floor, report("out"))
        assert (await lot(floor, "BREAD/L1")).holds == {"H1": Restraint(7)}
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
            assert (await lot(floor, name)).holds == {"H1": Restraint(1)}

    async def test_the_second_of_a_batch_does_not_use_what_the_first_made_of_a_held_lot(
        self, floor: Floor
    ) -> None:
        await operate(floor, received("F/1", "10"), received("F/9", "10"))
        await put(floor, hold("F/1", blocks=frozenset({Block.SHIP})))
        merge = Merge((part("F/1", "4"),), lot_key("F/9"))
        for made in (Split(lot_key("F/1"), (part("F/2", "1"),)), merge):
            name = "F/2" if isinstance(made, Split) else "F/9"
            with pytest.raises(ConflictError, match=f"{name} is held by H1") as caught:
                await operate(floor, made, Ship(part(name, "1"), "80001"))
            assert caught.value.field == "operations[1].ship.lot.lot.lot_no"
        assert (await lot(floor, "F/1")).on_hand == kg("10")
        # What it does not block goes on.
        await operate(floor, merge, Consume(lot_key("F/9"), kg("1")))
        assert (await lot(floor, "F/9")).on_hand == kg("13")

    async def test_nor_does_a_report_consume_it(self, floor: Floor) -> None:
        """The flour was consumed for the order before somebody held it."""
        await create(floor, plan("dough", item_no="DOUGH"), plan("roll"))
        loose = report("in", "0", order_no="dough", lot="", consumed=(("FLOUR/F1", "9"),))
        await confirm(floor, loose)
        await put(floor, hold("FLOUR/F1"))
        out = report("out", order_no="dough", lot="D1")
        uses = report("roll", order_no="roll", lot="R1", consumed=(("DOUGH/D1", "9"),))
        with pytest.raises(ConflictError, match="DOUGH/D1 is held by H1") as caught:
            await confirm(floor, out, uses)
        assert caught.value.field == "confirmations[1].consumed[0].lot_no"
        other = report("salt", order_no="roll", lot="R2", consumed=(("SALT/S1", "1"),))
        assert [one.confirmation_no for one in await confirm(floor, out, other)] == [2, 1]
        assert (await lot(floor, "DOUGH/D1")).holds == {"H1": Restraint(1)}
        assert (await lot(floor, "BREAD/R2")).holds == {}
