"""Use cases: confirmations and dispositions are booked, and what follows from them is planned."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.quantity import Quantity
from services.process.domain.facts import Confirmed, Disposed, TakenBack, Told
from services.process.domain.keys import OrderKey
from services.process.domain.ledger import Part, allot, released_at_once
from services.process.domain.plan import effects_of, effects_of_part, effects_taken_back
from services.process.ports import Books


async def book_confirmations(
    books: Books, told: Sequence[tuple[Told, Confirmed]], inspections: Sequence[str], now: datetime
) -> None:
    """Book them in order with their inspections ("": none is due), once, whoever else tries."""
    order = told[0][1].order
    await books.flows.lock(order.flow)
    if not await books.facts.close([one.id for one, _ in told]):
        return
    for (one, confirmed), inspection_no in zip(told, inspections, strict=True):
        await books.effects.plan(list(effects_of(confirmed, inspection_no)), one.actor)
        if confirmed.good.value <= 0:
            continue
        await books.ledgers.confirm(confirmed, inspection_no, now)
        if not inspection_no:
            part = released_at_once(confirmed.number, confirmed.lot_no, confirmed.good)
            await books.ledgers.add(order, part)
            effects = effects_of_part(order, confirmed.item_no, part, confirmed.occurred_at)
            await books.effects.plan(list(effects), one.actor)
    last = told[-1][0]
    await _allot(books, order, set(inspections) - {""}, last.actor, told[-1][1].occurred_at)


async def book_reversal(books: Books, told: Told, back: TakenBack) -> None:
    """Take back what followed from a confirmation, once, and from what quality decided on it.

    Raises ConflictError while that is not booked, or while its yield waits for quality: what is
    there has to be scrapped, or whatever else has become of it.
    """
    order = back.order
    await books.flows.lock(order.flow)
    confirmed = await books.facts.booked(order, back.reverses)
    if confirmed is None:
        raise ConflictError(
            f"confirmation {back.reverses} of order {order} is not booked here",
            code="unbooked_confirmation",
            field="reverses",
            hint="it is asked again; clear up what holds the confirmation up",
        )
    inspection_no = await books.ledgers.inspection(order, back.reverses)
    parts = await books.ledgers.parts(order, back.reverses) if inspection_no else ()
    if inspection_no:
        _require_decided(confirmed, inspection_no, parts)
    if await books.facts.close([told.id]):
        effects = effects_taken_back(confirmed, back, inspection_no, parts)
        await books.effects.plan(list(effects), told.actor)
        await books.ledgers.take_back(order, back.reverses, back.number)


def _require_decided(confirmed: Confirmed, inspection_no: str, parts: Sequence[Part]) -> None:
    decided = sum((part.quantity for part in parts), Quantity.zero(confirmed.good.unit))
    if decided < confirmed.good:
        raise ConflictError(
            f"of the yield of confirmation {confirmed.number} {confirmed.good - decided} are"
            f" undecided in inspection {inspection_no}",
            code="yield_inspected",
            field="reverses",
            hint="have quality scrap as much there: it is taken off this yield first, and the"
            " reversal goes on by itself",
        )


async def book_disposition(books: Books, told: Told, disposed: Disposed) -> None:
    """Book a decision, once; raises InvalidError when it does not fit the yields."""
    order, disposition = disposed.order, disposed.disposition
    await books.flows.lock(order.flow)
    if await books.facts.close([told.id]):
        await books.ledgers.dispose(order, disposition, told.actor)
        await _allot(books, order, {disposition.inspection_no}, told.actor, disposed.occurred_at)


async def _allot(
    books: Books, order: OrderKey, inspections: Collection[str], actor: str, at: Instant
) -> None:
    if not inspections:
        return
    allotment = allot(*await books.ledgers.waiting(order, inspections))
    await books.ledgers.keep(order, allotment)
    item_no = await books.ledgers.item_no(order) if allotment.parts else ""
    for part in allotment.parts:
        await books.effects.plan(list(effects_of_part(order, item_no, part, at)), actor)
