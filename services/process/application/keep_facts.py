"""Use case: what others told is kept, before anybody acts on it."""

from collections.abc import Sequence

from services.process.domain.facts import HoldOrdered, Told
from services.process.ports import Books, Wake


async def keep_facts(books: Books, told: Sequence[Told]) -> list[Wake]:
    """Store what is new; the activations to start when this has committed, one a flow and saga."""
    new = await books.facts.keep(told)
    for one in new:
        if isinstance(one.fact, HoldOrdered):
            await books.holds.order(one.fact)
    wakes: dict[tuple[str, str], Wake] = {}
    for one in new:
        wake = Wake(one.fact.saga, one.fact.flow, one.id)
        wakes.setdefault((wake.saga, wake.flow), wake)
    return list(wakes.values())
