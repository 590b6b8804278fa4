"""What a batch of movements leaves in the books, and who is told."""

from collections import Counter
from collections.abc import Sequence

from services.wms.domain.demand import NOTHING
from services.wms.domain.place import Place
from services.wms.domain.stock import Booked, Stock
from services.wms.ports import Books, Change, Link


async def keep(books: Books, stock: Stock) -> None:
    """Movements, balances, links between lots and promises; each in one statement."""
    booked, now = stock.booked, stock.now
    await books.movements.add(booked, now)
    await books.balances.change(_sum(stock), now)
    if links := _links(booked):
        await books.lots.link(links)
    for one in booked:
        books.facts.tell(one)
    used = {use.key: stock.reservations[use.key] for one in booked for use in one.uses}
    if used:
        await books.reservations.note([one for one in booked if one.uses])
        await books.reservations.save(used, now)
        for key in sorted(used):
            books.facts.tell(used[key])


def _sum(stock: Stock) -> dict[Place, Change]:
    changes: dict[Place, Change] = {}
    for one in stock.booked:
        for place, change in one.effect.legs():
            before = changes.get(place)
            quantity = before.quantity + change if before else change
            changes[place] = Change(quantity, stock.promised.get(place, NOTHING))
    return changes


def _links(booked: Sequence[Booked]) -> Counter[Link]:
    """How many movements more, or fewer, lead from lot to lot; a reversal takes its own away."""
    links: Counter[Link] = Counter()
    for one in booked:
        here, _, there = one.effect
        if there and there.lot != here.lot:
            links[Link(here.lot, there.lot)] += -1 if one.movement.original else 1
    return links
