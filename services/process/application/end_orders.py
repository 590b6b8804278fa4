"""Use cases: a completed order is closed, on the floor and in the ERP, when all is posted."""

from collections.abc import Collection
from datetime import datetime

from services.process.domain.closing import Stage, Standing
from services.process.domain.effects import Closing, Effect, Kind, Posting
from services.process.domain.facts import Ended, Told
from services.process.domain.keys import OrderKey, order_of
from services.process.domain.references import reference
from services.process.ports import Books


async def book_end(books: Books, told: Told, ended: Ended, due: datetime) -> None:
    """Note it, once; a completed order is not closed before `due`, so that it can be corrected."""
    await books.flows.lock(ended.flow)
    if await books.facts.close([told.id]):
        stage = Stage.CLOSED if ended.closed else Stage.COMPLETED
        await books.closings.reach(ended.flow, stage, told, due)


async def advance(books: Books, flow: str) -> bool:
    """Plan the next step of an order's end, if its time has come; whether there is one.

    Whoever changes what it waits for calls this last, with the flow's row locked.
    """
    standing = await books.closings.standing(flow)
    if standing is None or not standing.settled:
        return False
    step = _next(order_of(flow), standing)
    if step is None:
        return False
    effect, after = step
    await books.effects.plan([effect], standing.actor)
    await books.closings.move(flow, after, standing.last)
    return True


def _next(order: OrderKey, standing: Standing) -> tuple[Effect, Stage] | None:
    last = standing.last
    if standing.stage is Stage.COMPLETED and standing.final:
        return Closing(reference(order, last, "end"), order, last), Stage.ASKED
    if standing.stage is Stage.CLOSED:
        name = reference(order, last, "close")
        return Posting(name, order, last, Kind.CLOSE, (), standing.at), Stage.TOLD
    return None


async def advance_posted(books: Books, references: Collection[str]) -> list[str]:
    """The same for the orders of postings on which the ERP has spoken; flows with a new step."""
    flows = await books.effects.flows_of(references)
    for flow in flows:
        await books.flows.lock(flow)
    return [flow for flow in await books.closings.pending(flows) if await advance(books, flow)]
