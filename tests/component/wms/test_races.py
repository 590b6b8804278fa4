"""Several instances move and hold the same stock at the same time."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

import pytest

from services.kit.errors import ConflictError, InvalidError
from services.wms.application.apply_holds import apply_holds
from services.wms.application.move_stock import move_stock
from services.wms.domain.rules import MovementType
from services.wms.domain.target import Target
from tests.component.kit.test_commands import waiting_for_a_lock
from tests.component.wms.warehouse import Warehouse, open_warehouse
from tests.unit.wms.moves import hold, issue, move, place, receive, take_back, transfer
from tests.unit.wms.use_cases import carry, put, stock
from tests.waiting import in_the_end

T = TypeVar("T")


def apart(doing: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """In a task that does not inherit the unit of work open here."""
    return asyncio.create_task(doing, context=Context())


async def code(doing: Coroutine[Any, Any, Any]) -> str:
    """Of the refusal, or "done"."""
    try:
        await doing
    except (ConflictError, InvalidError) as error:
        return error.code
    return "done"


async def test_a_lot_is_never_overdrawn(warehouse: Warehouse, database: str) -> None:
    await carry(warehouse, receive("r1", "10"))
    async with open_warehouse(database) as other:
        found = Counter(
            await asyncio.gather(
                *(code(carry((warehouse, other)[n % 2], issue(f"i{n}", "3"))) for n in range(16))
            )
        )
    assert found == {"done": 3, "insufficient_stock": 13}
    assert await stock(warehouse, "FLOUR/F1") == ["1 FLOUR lot F1, unrestricted"]


async def test_the_last_of_a_lot_goes_to_whoever_came_first(
    warehouse: Warehouse, database: str
) -> None:
    await carry(warehouse, receive("r1", "10"))
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await move_stock(books, [issue("i1", "10")])
            second = apart(code(carry(other, transfer("t1", "1"))))
            await waiting_for_a_lock(warehouse.store)
        assert await second == "insufficient_stock"


async def test_a_reference_sent_to_two_instances_at_once_moves_once(
    warehouse: Warehouse, database: str
) -> None:
    received = receive("r1", "10")
    async with open_warehouse(database) as other:
        results = await asyncio.gather(
            *(carry((warehouse, other)[n % 2], received) for n in range(10))
        )
        assert Counter(replayed for (replayed,) in results) == {True: 9, False: 1}
        found = await asyncio.gather(
            *(
                code(carry(instance, receive("same", name=name)))
                for instance, name in ((warehouse, "FLOUR/F2"), (other, "FLOUR/F3"))
            )
        )
        assert sorted(found) == ["done", "movement_differs"]
        back = await asyncio.gather(
            *(
                code(carry((warehouse, other)[n % 2], take_back(f"b{n}", received)))
                for n in range(6)
            )
        )
    assert Counter(back) == {"done": 1, "already_reversed": 5}
    assert await stock(warehouse, "FLOUR/F1") == []


async def test_a_hold_waits_for_a_movement_under_way(warehouse: Warehouse, database: str) -> None:
    await carry(warehouse, receive("r1"))
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await move_stock(books, [issue("i1", "4")])
            holding = apart(put(other, hold()))
            await waiting_for_a_lock(warehouse.store)
            assert not holding.done()
        assert await holding == ["H1"]
        # From the answer on, whoever asks anywhere is refused.
        assert await code(carry(other, issue("i2", "4"))) == "lot_held"
        assert await code(carry(warehouse, issue("i3", "4"))) == "lot_held"


async def test_a_movement_waits_for_a_hold_under_way_and_is_refused(
    warehouse: Warehouse, database: str
) -> None:
    await carry(warehouse, receive("r1"))
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await apply_holds(books, [hold()])
            moving = apart(carry(other, issue("i1", "1")))
            await waiting_for_a_lock(warehouse.store)
        with pytest.raises(ConflictError, match="is held by H1"):
            await moving


async def test_a_hold_waits_for_what_is_being_made_of_the_lot_and_holds_it_too(
    warehouse: Warehouse, database: str
) -> None:
    await carry(warehouse, receive("r1"))
    relabel = move("l1", MovementType.RELABEL, "4", to=Target(lot_no="F2"))
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await move_stock(books, [relabel])
            holding = apart(put(other, hold()))
            await waiting_for_a_lock(warehouse.store)
            assert not holding.done()
        assert await holding == ["H1"]
        assert await code(carry(other, issue("i1", "4", "FLOUR/F2"))) == "lot_held"


async def test_a_hold_waits_for_a_movement_of_what_its_lot_became(
    warehouse: Warehouse, database: str
) -> None:
    relabel = move("l1", MovementType.RELABEL, "4", to=Target(lot_no="F2"))
    again = move("l2", MovementType.RELABEL, "4", "FLOUR/F2", to=Target(lot_no="F3"))
    await carry(warehouse, receive("r1"), relabel, again)
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await move_stock(books, [issue("i1", "1", "FLOUR/F3")])
            holding = apart(put(other, hold()))
            await waiting_for_a_lock(warehouse.store)
            assert not holding.done()
        assert await holding == ["H1"]
        assert await code(carry(warehouse, issue("i2", "1", "FLOUR/F3"))) == "lot_held"


async def test_what_is_made_of_a_lot_waits_for_a_hold_under_way(
    warehouse: Warehouse, database: str
) -> None:
    await carry(warehouse, receive("r1"))
    relabel = move("l1", MovementType.RELABEL, "4", to=Target(lot_no="F2"))
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await apply_holds(books, [hold()])
            making = apart(code(carry(other, relabel)))
            await waiting_for_a_lock(warehouse.store)
        assert await making == "lot_held"


async def test_nothing_passes_a_hold_that_was_answered(warehouse: Warehouse, database: str) -> None:
    """Holds and issues cross on thirty lots: what was issued had committed before the answer."""
    names = [f"FLOUR/F{n}" for n in range(30)]
    await carry(warehouse, *(receive(f"r {name}", name=name) for name in names))

    async def stop(other: Warehouse, name: str) -> list[str]:
        await put(other, hold(name))
        return await stock(other, name)

    async with open_warehouse(database) as other:
        moving = asyncio.gather(
            *(code(carry(warehouse, issue(f"i {name}", name=name))) for name in names)
        )
        seen = await asyncio.gather(*(stop(other, name) for name in names))
        moved = await moving
    for name, left, found in zip(names, seen, moved, strict=True):
        assert left == ([] if found == "done" else [f"10 {place(name)}"]), (name, found)
        assert await stock(warehouse, name) == left


async def test_lots_are_locked_in_the_order_of_their_keys(
    warehouse: Warehouse, database: str
) -> None:
    second, first = "FLOUR/F2", "FLOUR/F1"
    await carry(warehouse, receive("r2", name=second))
    await carry(warehouse, receive("r1", name=first))
    async with open_warehouse(database) as other:
        async with warehouse.work() as books:
            await move_stock(books, [issue("i1", "1", first)])
            both = apart(carry(other, issue("i2", "1", second), issue("i3", "1", first)))
            await waiting_for_a_lock(warehouse.store)
            # Who waits for the first lot has not taken the second.
            await apart(carry(other, issue("i4", "1", second)))
            assert not both.done()
        await both


async def test_crossed_batches_end_without_a_deadlock(warehouse: Warehouse, database: str) -> None:
    names = [f"I{n}/L" for n in range(6)]

    async def batch(instance: Warehouse, turn: int) -> None:
        rotated = names[turn % 6 :] + names[: turn % 6]
        received = [receive(f"{turn} {name}", "1", name=name) for name in rotated]
        await in_the_end(lambda: carry(instance, *received))

    async with open_warehouse(database) as other:
        await asyncio.gather(*(batch((warehouse, other)[n % 2], n) for n in range(12)))
    assert [one[:2] for one in await stock(warehouse, *names)] == ["12"] * 6
