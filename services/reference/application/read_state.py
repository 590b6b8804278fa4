"""Use case: everything a subscriber needs to start from."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from services.kit.paging import Listing, Page
from services.reference.domain.code_mapping import CodeMapping
from services.reference.ports import Books, Chosen, Fact, Record, Records

WAITING = Listing("reference.unmapped", (int,))
"""The stewardship queue, oldest first."""
_AT_ONCE = 200


async def read_state(books: Books) -> AsyncIterator[Sequence[Fact]]:
    """Some hundred at a time: records by kind, every version of mappings, questions that wait."""
    kinds: tuple[Records[Any], ...] = (
        books.plants,
        books.items,
        books.boms,
        books.routings,
        books.equipment,
        books.parties,
        books.locations,
        books.reasons,
        books.changes,
        books.lot_conversions,
        books.standard_costs,
    )
    for records in kinds:
        async for part in _walk(records):
            yield part
    async for versions in _versions(books):
        yield versions
    page = Page(WAITING, _AT_ONCE)
    while rows := await books.queue.page(None, page):
        yield [one.unmapped for _, one in rows]
        page = Page(WAITING, _AT_ONCE, (rows[-1][0],))


async def _walk(records: Records[Any]) -> AsyncIterator[Sequence[Record]]:
    part = await records.after(None, _AT_ONCE)
    while part:
        yield part
        part = await records.after(part[-1].key, _AT_ONCE)


async def _versions(books: Books) -> AsyncIterator[Sequence[CodeMapping]]:
    part = await books.code_mappings.after(None, _AT_ONCE, Chosen())
    while part:
        yield part
        part = await books.code_mappings.after(part[-1].place, _AT_ONCE, Chosen())
