"""The story of `make demo` at a smaller plant: the recount holds, and not without any paper."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import pytest

from tests.servers import scratch_folder
from tools.demo.acts.selling import sold
from tools.demo.erp.ledger import Ledger
from tools.demo.recount import Books, recount
from tools.demo.scene import Scene
from tools.demo.shift import CUSTOMER, PLANT, draw_shift
from tools.demo.stage import staged
from tools.demo.stand import stands
from tools.demo.story import appraised, judge, play
from tools.demo.value import Value, appraise

T = TypeVar("T")

pytestmark = pytest.mark.flow


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """All services, the ledger and the line, three orders released."""
    said: list[str] = []
    with scratch_folder() as root:
        shift = draw_shift(orders=3, runs=2, seed=7)
        async with staged(root, shift, said.append, Ledger(root), seconds=1.5) as scene:
            yield scene


async def test_the_story_ends_with_a_recount_that_holds(scene: Scene) -> None:
    await play(scene)
    found = await judge(scene)
    assert found.holds, found.differences
    assert sum(row.stand.held for row in found.rows) == Decimal(7)
    assert sum(row.stand.scrapped for row in found.rows) == Decimal(4)
    happened = {one.what: one.count for one in scene.happened}
    assert happened["posted"] == len(await scene.erp.journal())
    assert happened["suppressed"] == happened["parked"] == happened["replayed"] == 1
    assert happened["counted"] == scene.shift.pieces
    assert happened["waited"] > 0
    assert happened["restarted"] == 1
    assert happened["taken over"] > 0
    await nothing_can_be_dropped(scene)
    value = await appraised(scene)
    assert value.holds, value.differences
    assert happened["settled"] == len(value.count.closed) == 1
    [lot] = [one for one in await sold(scene) if one["allocatedTo"]]
    assert lot["identity"]["lotNo"] == scene.shift.held
    assert [one["status"] for one in lot["balances"]] == ["UNRESTRICTED"]
    [meant] = lot["allocatedTo"]
    assert meant["salesOrder"]["commercial"]["customer"] == CUSTOMER
    no_cent_can_be_missing(value)


async def nothing_can_be_dropped(scene: Scene) -> None:
    """One document less, one count of the line less, or one end of an order less, is noticed."""
    said = await stands(scene.graph, PLANT)
    made, ended, journal = scene.made(), scene.ended(), await scene.erp.journal()
    books = Books(journal, await scene.erp.moved(), scene.erp.words)
    for place in range(len(journal)):
        less = replace(books, journal=without(journal, place))
        assert not recount(made, ended, less, said).holds
    for place in range(len(made)):
        assert not recount(without(made, place), ended, books, said).holds
    for place in range(len(ended)):
        assert not recount(made, without(ended, place), books, said).holds


def no_cent_can_be_missing(value: Value) -> None:
    """One entry less, one movement less, or one piece of the line less, is noticed."""
    count, found = value.count, value.found
    for place in range(len(found.entries)):
        entries = tuple(without([*found.entries], place))
        assert not appraise(count, replace(found, entries=entries)).holds
    for reference in found.moved:
        assert not appraise(count, replace(found, moved=found.moved - {reference})).holds
    for place in range(len(count.made)):
        less = replace(count, made=without([*count.made], place))
        assert not appraise(less, found).holds


def without(things: list[T], place: int) -> list[T]:
    """All but one."""
    return things[:place] + things[place + 1 :]
