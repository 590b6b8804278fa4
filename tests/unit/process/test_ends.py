"""An order is closed when all is settled: on the floor, then in the ERP, each asked once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.process.application.end_orders import advance, advance_posted, book_end
from services.process.domain.closing import Stage, Standing
from services.process.domain.effects import At, Closing, Kind, Posting
from services.process.domain.facts import Ended, Saga
from tests.unit.process.memory import memory_books
from tests.unit.process.samples import AT, NOON, ORDER, told

STANDING = Standing(Stage.COMPLETED, settled=True, final=True, last=7, actor="line", at=AT)
DUE = NOON + timedelta(minutes=15)


def standing(**change: Any) -> Any:
    """Books in which the order stands so."""
    books = memory_books()
    books.closings.rows[ORDER.flow] = replace(STANDING, **change)
    return books


@pytest.mark.parametrize(("closed", "stage"), [(False, Stage.COMPLETED), (True, Stage.CLOSED)])
async def test_what_the_floor_ended_is_noted_once(closed: bool, stage: Stage) -> None:
    books, fact = memory_books(), Ended(ORDER, closed, AT)
    assert (fact.saga, fact.track) == (Saga.PRODUCTION_CONFIRMATION, "end")
    await book_end(books, told(fact, "e"), fact, DUE)
    assert books.closings.rows[ORDER.flow].stage is stage
    assert books.closings.due == {ORDER.flow: DUE}
    books.closings.rows.clear()
    await book_end(books, told(fact, "e"), fact, DUE)
    assert not books.closings.rows


@pytest.mark.parametrize(
    ("change", "planned", "after"),
    [
        ({}, Closing("lyon/4711/7/end", ORDER, 7), Stage.ASKED),
        ({"settled": False}, None, Stage.COMPLETED),
        ({"final": False}, None, Stage.COMPLETED),
        ({"stage": Stage.ASKED}, None, Stage.ASKED),
        ({"stage": Stage.CLOSED, "settled": False}, None, Stage.CLOSED),
        (
            {"stage": Stage.CLOSED, "final": False},
            Posting("lyon/4711/7/close", ORDER, 7, Kind.CLOSE, (), AT),
            Stage.TOLD,
        ),
        ({"stage": Stage.TOLD}, None, Stage.TOLD),
    ],
)
async def test_the_next_step_comes_when_nothing_waits(
    change: dict[str, Any], planned: Any, after: Stage
) -> None:
    books = standing(**change)
    for _ in range(2):
        await advance(books, ORDER.flow)
    assert list(books.effects.planned.values()) == ([planned] if planned else [])
    assert books.closings.rows[ORDER.flow].stage is after


async def test_an_order_that_has_not_ended_has_no_next_step() -> None:
    assert not await advance(memory_books(), ORDER.flow)


async def test_the_erp_s_word_on_the_last_posting_lets_it_end() -> None:
    books = standing()
    posting = Posting("r", ORDER, 1, Kind.CONSUMPTION, (), AT)
    await books.effects.plan([posting], "")
    assert await advance_posted(books, ["unknown"]) == []
    assert await advance_posted(books, ["r"]) == [ORDER.flow]
    assert await advance_posted(books, ["r"]) == []
    closing = books.effects.planned["mes lyon/4711/7/end"]
    assert (closing.at, closing.track) == (At.MES, "close")
