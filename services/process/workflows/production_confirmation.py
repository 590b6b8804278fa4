"""Saga: confirmations become stock and postings, their yield as quality decides.

One actor an order, confirmations by number. Quality, wms and erp each go as far as they can: what
one of them refuses or holds up leaves the others' part going on.
"""

from collections.abc import Callable, Coroutine
from itertools import groupby
from typing import Any

from services.kit.errors import DomainError
from services.process.application.book import book_confirmations, book_disposition, book_reversal
from services.process.application.end_orders import book_end
from services.process.domain.effects import At, Movement, Planned, Posting
from services.process.domain.facts import (
    BornHeld,
    Confirmed,
    Disposed,
    Ended,
    Fact,
    Saga,
    TakenBack,
    Told,
)
from services.process.domain.plan import source_of
from services.process.domain.references import command_key
from services.process.domain.refusal import judge
from services.process.workflows.desk import Desk, on_behalf_of
from services.process.workflows.end_order import end_on_floor, ripen
from services.process.workflows.inherit_hold import inherit_hold

_AT_ONCE = 100
Leg = Callable[[], Coroutine[Any, Any, None]]


async def production_confirmation(desk: Desk, flow: str) -> None:
    """Book what was told, then have the effects carried out; the first that is away is raised."""
    legs: tuple[Leg, ...] = (
        lambda: take_facts(desk, flow, BornHeld, Confirmed),
        lambda: take_facts(desk, flow, TakenBack),
        lambda: take_facts(desk, flow, Disposed),
        lambda: take_facts(desk, flow, Ended),
        lambda: ripen(desk, flow),
        lambda: carry_out(desk, flow, At.WMS),
        lambda: carry_out(desk, flow, At.ERP),
        lambda: end_on_floor(desk, flow),
    )
    away: DomainError | None = None
    for leg in legs:
        try:
            await leg()
        except DomainError as error:
            away = away or error
    if away is not None:
        raise away


async def take_facts(desk: Desk, flow: str, *kinds: type[Fact]) -> None:
    """Book open facts of these kinds in their order, neighbours of a kind and actor together."""
    while told := await desk.open(flow, Saga.PRODUCTION_CONFIRMATION, *kinds):
        for _, run in groupby(told, key=lambda one: (type(one.fact), one.actor)):
            if not await _take(desk, list(run)):
                break


async def _take(desk: Desk, run: list[Told]) -> bool:
    """Book them, together or else one by one; False when one was refused."""
    try:
        with on_behalf_of(run[0].actor):
            await _book(desk, run)
    except DomainError as error:
        if len(run) == 1 or judge(error) is None:
            await desk.refuse(run[0], error)
            return False
        for one in run:
            if not await _take(desk, [one]):
                return False
    return True


async def _book(desk: Desk, run: list[Told]) -> None:
    flow = run[0].fact.flow
    confirmations = [(one, one.fact) for one in run if isinstance(one.fact, Confirmed)]
    if confirmations:
        inspections = await open_inspections(desk, [fact for _, fact in confirmations])
        async with desk.work(flow) as books:
            await book_confirmations(books, confirmations, inspections, desk.clock.now())
        return
    for one in run:
        if isinstance(one.fact, TakenBack):
            async with desk.work(flow) as books:
                await book_reversal(books, one, one.fact)
        elif isinstance(one.fact, Ended):
            async with desk.work(flow) as books:
                await book_end(books, one, one.fact, desk.clock.now() + desk.grace)
        elif isinstance(one.fact, Disposed):
            async with desk.work(flow) as books:
                await book_disposition(books, one, one.fact)
        elif isinstance(one.fact, BornHeld):
            await inherit_hold(desk, one.fact)
            await desk.close(one)


async def open_inspections(desk: Desk, confirmed: list[Confirmed]) -> list[str]:
    """Step: quality hears of the yields; their inspections, "" where none is due."""
    yields = [one for one in confirmed if one.good.value > 0]
    if not yields:
        return [""] * len(confirmed)
    key = command_key("inspect", map(source_of, yields))
    found = await desk.step(
        "quality.open_inspections", lambda: desk.peers.quality.open_inspections(yields, key)
    )
    numbers = {one.number: inspection for one, inspection in zip(yields, found, strict=True)}
    return [numbers.get(one.number, "") for one in confirmed]


async def carry_out(desk: Desk, flow: str, at: At) -> None:
    """Have `at` carry out what is planned, in order; a refused effect stops its track alone."""
    while planned := await _planned(desk, flow, at):
        for _, run in groupby(planned, key=lambda one: one.actor):
            if not await _send(desk, flow, list(run)):
                break


async def _planned(desk: Desk, flow: str, at: At) -> list[Planned]:
    async with desk.store.work():
        return list(await desk.books.effects.open(flow, at, _AT_ONCE))


async def _send(desk: Desk, flow: str, run: list[Planned]) -> bool:
    """All in one call, or else one by one up to the first that is refused; False then."""
    try:
        with on_behalf_of(run[0].actor):
            await command(desk, run)
    except DomainError as error:
        if judge(error) is None:
            raise
        if len(run) == 1:
            await _refuse(desk, flow, run[0], error)
            return False
        for one in run:
            if not await _send(desk, flow, [one]):
                return False
        return True
    async with desk.work(flow) as books:
        await books.effects.settle([one.effect for one in run], desk.clock.now())
    return True


async def command(desk: Desk, run: list[Planned]) -> None:
    """Step: one call for effects of one peer."""
    effects = [one.effect for one in run]
    at = effects[0].at
    key = command_key(at.value, (one.reference for one in effects))
    movements = [one for one in effects if isinstance(one, Movement)]
    postings = [one for one in effects if isinstance(one, Posting)]
    if movements:
        await desk.step("wms.move", lambda: desk.peers.wms.move(movements, key))
    else:
        await desk.step("erp.accept", lambda: desk.peers.erp.accept(postings, key))


async def _refuse(desk: Desk, flow: str, planned: Planned, error: DomainError) -> None:
    refusal = judge(error)
    assert refusal is not None
    async with desk.work(flow) as books:
        kept = await books.effects.refuse(planned.effect, refusal, desk.clock.now())
    if not kept:
        # Held there, not by us any more: the lifting is on its way.
        raise error
