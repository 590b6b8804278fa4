"""What only Tryton does: parts of an order, warnings, negative stock, sessions."""

import asyncio
from decimal import Decimal

import pytest

from services.erp.adapters.tryton import TrytonErp
from services.erp.domain.posting import Kind
from services.erp.ports import ErpSystem
from services.kit.lanes.outcome import NeedsConfirmation, Rejected, Unavailable, Unknown
from services.kit.lanes.systems import System
from tests.contract.erp_system.stage import Trouble, booked, find, line, made, post, posting
from tests.contract.tryton.stage import Connect, TrytonStage, book

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]


async def test_an_order_is_made_in_parts_and_closed(erp: ErpSystem, stage: TrytonStage) -> None:
    used = line(stage.used, "150", stage.unit, "R-1")
    waste = line(stage.made, "2.5", stage.unit, "")
    await book(erp, posting(stage, "used", Kind.CONSUMPTION, used))
    await book(erp, made(stage, "part-1", "80"))
    await book(erp, posting(stage, "waste", Kind.SCRAP, waste))
    await book(erp, made(stage, "part-2", "17.5"))
    back = line(stage.used, "1.125", stage.unit, "R-1")
    await book(erp, posting(stage, "back", Kind.RETURN, back))
    assert await stage.state() == "running"
    assert [move for move in await stage.moves() if move["state"] != "done"] == []
    await book(erp, posting(stage, "close", Kind.CLOSE))
    assert await stage.state() == "done"
    assert await stage.stock() == {
        (stage.made, "L-1"): Decimal("97.5"),
        (stage.used, "R-1"): Decimal("-148.875"),
    }


async def test_two_at_the_same_posting_book_it_once(connect: Connect, stage: TrytonStage) -> None:
    async with connect() as one, connect() as other:
        paper = made(stage, "p-1", "40")
        await asyncio.gather(post(one, paper), post(other, paper))
        assert len((await find(one, stage, "p-1")).documents) <= 1
        await book(one, paper)
        assert len(await booked(stage, "p-1")) == 1
        assert await stage.stock() == {(stage.made, "L-1"): 40}


async def test_trytons_own_warning_is_passed_on_and_answered(
    erp: ErpSystem, stage: TrytonStage
) -> None:
    await stage.tolerate("0.1")
    paper = posting(stage, "p-1", Kind.CONSUMPTION, line(stage.used, "3", stage.unit, "R-1"))
    warned = await post(erp, paper)
    assert isinstance(warned, NeedsConfirmation)
    assert warned.code == "under_tolerance"
    assert await stage.stock() == {}
    assert not [m for m in await stage.moves() if m["notes"]], "nobody's click would book it"
    await book(erp, paper, warned.code)
    assert await stage.stock() == {(stage.used, "R-1"): -3}


async def test_more_than_lies_there_is_refused_where_the_row_says_so(
    connect: Connect, stage: TrytonStage
) -> None:
    await stage.deliver("R-1", "5")
    async with connect(negative_stock=False) as erp:
        much = posting(stage, "p-1", Kind.CONSUMPTION, line(stage.used, "5.001", "kg", "R-1"))
        refused = await post(erp, much)
        assert isinstance(refused, Rejected)
        assert (refused.code, refused.field) == ("not_enough_stock", "lines[0].quantity.value")
        enough = posting(stage, "p-2", Kind.CONSUMPTION, line(stage.used, "5", "kg", "R-1"))
        await book(erp, enough)
        assert await stage.stock() == {}


async def test_a_draft_that_somebody_struck_out_was_never_posted(
    erp: ErpSystem, stage: TrytonStage
) -> None:
    await stage.bring(Trouble.DID_NOTHING)
    assert isinstance(await post(erp, made(stage, "p-1", "40")), Unknown)
    [draft] = [move for move in await stage.moves() if move["notes"]]
    await stage.cancel(draft["id"])
    assert (await find(erp, stage, "p-1")).documents == ()
    await book(erp, made(stage, "p-1", "40"))
    assert await stage.stock() == {(stage.made, "L-1"): 40}
    assert len((await find(erp, stage, "p-1")).documents) == 1


@pytest.mark.parametrize(
    ("amount", "unit", "code", "field"),
    [
        ("0.0001", "kg", "not_exact", "lines[0].quantity.value"),
        ("1234567890123.456", "kg", "not_exact", "lines[0].quantity.value"),
        ("1", "m", "wrong_unit", "lines[0].quantity.unit"),
        ("1", "furlong", "wrong_unit", "lines[0].quantity.unit"),
    ],
)
async def test_what_tryton_cannot_count_is_refused(
    amount: str, unit: str, code: str, field: str, erp: ErpSystem, stage: TrytonStage
) -> None:
    bad = line(stage.made, amount, unit, "L-1")
    refused = await post(erp, posting(stage, "p-1", Kind.YIELD, bad))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.field) == (code, field)
    assert await booked(stage, "p-1") == []


async def test_an_order_that_is_not_released_takes_nothing(
    erp: ErpSystem, stage: TrytonStage
) -> None:
    await stage.release("4712", draft=True)
    refused = await post(erp, made(stage, "p-1", "1", order_no="4712"))
    assert isinstance(refused, Rejected)
    assert refused.code == "order_not_released"


async def test_a_session_that_ended_is_opened_again(erp: ErpSystem, stage: TrytonStage) -> None:
    assert (await find(erp, stage, "p-1")).documents == ()
    await stage.end_sessions()
    await book(erp, made(stage, "p-1", "40"))


async def test_a_wrong_password_is_unavailable_not_refused(
    system: System, stage: TrytonStage
) -> None:
    stranger = TrytonErp(system, "not the password")
    assert isinstance(await stranger.post(made(stage, "p-1", "1"), None, ()), Unavailable)
    await stranger.close()
