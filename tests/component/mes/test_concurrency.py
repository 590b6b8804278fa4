"""Several instances book at the same time."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

import pytest

from services.kit.errors import ConflictError
from services.mes.application.apply_holds import apply_holds
from services.mes.application.confirm_operations import confirm_operations
from services.mes.domain.genealogy import Direction
from services.mes.domain.hold import Restraint
from tests.component.kit.test_commands import waiting_for_a_lock
from tests.component.mes.floor import Floor, open_floor
from tests.unit.mes.reports import hold, order_key, plan, report
from tests.unit.mes.use_cases import confirm, create, family, lot, put
from tests.waiting import in_the_end

T = TypeVar("T")


def apart(doing: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """In a task that does not inherit the unit of work open here."""
    return asyncio.create_task(doing, context=Context())


async def test_confirmations_of_one_order_by_two_instances_stay_gap_free(
    floor: Floor, database: str
) -> None:
    await create(floor, plan(ordered="1000"), plan("4712", ordered="1000"))
    async with open_floor(database) as other:
        await asyncio.gather(
            *(
                confirm(
                    (floor, other)[n % 2],
                    report(f"a{n}", "1", order_no=("4711", "4712")[n % 3 > 0], lot=f"L{n}"),
                    report(f"b{n}", "1", order_no=("4712", "4711")[n % 3 > 0], lot=f"M{n}"),
                )
                for n in range(40)
            )
        )
    async with floor.work() as books:
        booked = await books.confirmations.of_orders([order_key(), order_key("4712")])
        orders = await books.orders.get(list(booked))
    for key, found in booked.items():
        assert [one.no for one in found] == list(range(1, 41))
        assert orders[key].last_no == 40
        assert str(orders[key].good) == "40 KGM"


async def test_a_report_sent_to_two_instances_at_once_is_booked_once(
    floor: Floor, database: str
) -> None:
    await create(floor, plan(), plan("4712"))
    async with open_floor(database) as other:
        results = await asyncio.gather(
            *(confirm((floor, other)[n % 2], report("a")) for n in range(10))
        )
        assert Counter(result.replayed for (result,) in results) == {True: 9, False: 1}
        answers = await asyncio.gather(
            *(
                confirm(instance, report("same", order_no=order_no, lot=order_no))
                for instance, order_no in ((floor, "4711"), (other, "4712"))
            ),
            return_exceptions=True,
        )
    (refusal,) = [one for one in answers if isinstance(one, BaseException)]
    assert isinstance(refusal, ConflictError)
    assert refusal.code == "confirmation_differs"


async def test_a_hold_waits_for_a_consumption_under_way(floor: Floor, database: str) -> None:
    await create(floor, plan())
    async with open_floor(database) as other:
        async with floor.work() as books:
            await confirm_operations(books, [report("a", consumed=(("FLOUR/F1", "1"),))])
            holding = apart(put(other, hold("FLOUR/F1")))
            await waiting_for_a_lock(floor.store)
            assert not holding.done()
        assert await holding == ["H1"]
        # What was made before is in the trace that process takes once the hold is applied.
        assert "BREAD/L1" in await family(other, "FLOUR/F1", direction=Direction.FORWARD)


async def test_a_consumption_waits_for_a_hold_under_way_and_is_refused(
    floor: Floor, database: str
) -> None:
    await create(floor, plan())
    async with open_floor(database) as other:
        async with floor.work() as books:
            await apply_holds(books, [hold("FLOUR/F1")])
            using = apart(confirm(other, report("a", consumed=(("FLOUR/F1", "1"),))))
            await waiting_for_a_lock(floor.store)
        with pytest.raises(ConflictError, match="is held by H1"):
            await using


async def test_consumption_and_hold_never_both_succeed_unseen(floor: Floor, database: str) -> None:
    """Whoever comes first: a lot is either refused, or its product is found by the next trace."""
    count = 30
    await create(floor, *(plan(f"o{n}") for n in range(count)))

    async def use(n: int) -> bool:
        try:
            made = report(f"c{n}", order_no=f"o{n}", lot=f"L{n}", consumed=((f"F/F{n}", "1"),))
            await in_the_end(lambda: confirm(floor, made))
        except ConflictError:
            return False
        return True

    async def stop(other: Floor, n: int) -> set[str]:
        await in_the_end(lambda: put(other, hold(f"F/F{n}")))
        return await family(other, f"F/F{n}", direction=Direction.FORWARD)

    async with open_floor(database) as other:
        used = asyncio.gather(*(use(n) for n in range(count)))
        traced = await asyncio.gather(*(stop(other, n) for n in range(count)))
    for n, (taken, seen) in enumerate(zip(await used, traced, strict=True)):
        assert (f"BREAD/L{n}" in seen) is taken
    for n in range(count):
        with pytest.raises(ConflictError, match="is held by H1"):
            await confirm(
                floor,
                report(f"d{n}", order_no=f"o{n}", lot=f"L{n}", consumed=((f"F/F{n}", "1"),)),
            )


async def test_a_lot_born_while_its_source_is_being_held_is_held(
    floor: Floor, database: str
) -> None:
    await create(floor, plan())
    await confirm(floor, report("in", "0", lot="", consumed=(("FLOUR/F1", "9"),)))
    async with open_floor(database) as other:
        async with floor.work() as books:
            await apply_holds(books, [hold("FLOUR/F1")])
            making = apart(confirm(other, report("out")))
            await waiting_for_a_lock(floor.store)
        await making
    assert (await lot(floor, "BREAD/L1")).holds == {"H1": Restraint(1)}


async def test_crossed_batches_end_without_a_deadlock(floor: Floor, database: str) -> None:
    numbers = [f"o{n}" for n in range(6)]
    await create(floor, *(plan(number, ordered="1000") for number in numbers))

    async def batch(instance: Floor, round_no: int, turn: int) -> None:
        rotated = numbers[turn:] + numbers[:turn]
        made = [
            report(
                f"{round_no}.{turn}.{number}",
                "1",
                order_no=number,
                lot=f"L{number}",
                consumed=tuple((f"F/{other}", "1") for other in reversed(rotated)),
            )
            for number in rotated
        ]
        await in_the_end(lambda: confirm(instance, *made))

    async with open_floor(database) as other:
        await asyncio.gather(*(batch((floor, other)[n % 2], n, n % 6) for n in range(12)))
