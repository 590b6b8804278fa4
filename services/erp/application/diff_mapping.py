"""Use case: orders as they came are mapped again, and what would differ is shown."""

from collections.abc import Callable, Sequence

from services.erp.application.take_order import map_order
from services.erp.domain.codes import Code, CodeTable, if_approved
from services.erp.domain.document import OrderDocument
from services.erp.domain.keys import OrderKey
from services.erp.domain.mapping_diff import (
    Diff,
    DocumentChange,
    DraftName,
    Scope,
    differences,
)
from services.erp.domain.order import ProductionOrder
from services.erp.ports import Books
from services.erp.ports.mapping import MappedOrder, Replays
from services.kit.errors import InvalidError

Read = Callable[[bytes], OrderDocument]
"""What the content of a raw order says."""


async def review_mapping(books: Books, replays: Replays, read: Read, scope: Scope, who: str) -> str:
    """Keep the diff for whoever looks at it; its digest. Safe to repeat."""
    diff = await diff_mapping(books, replays, read, scope)
    await replays.keep(diff, who)
    return diff.digest


async def diff_mapping(books: Books, replays: Replays, read: Read, scope: Scope) -> Diff:
    """What the code maps of today, or with their drafts, would change; nothing is changed."""
    maps = Maps(books, scope.system, drafts=scope.with_drafts)
    changes: list[DocumentChange] = []
    compared, after = 0, ""
    while page := await replays.mapped(scope, after):
        documents = [(one, read(one.content)) for one in page]
        fresh = [(one, said) for one, said in documents if said.as_of >= scope.since]
        known = await books.orders.get_many([_key(said) for _, said in fresh])
        for one, said in fresh:
            stored = known.get(_key(said))
            if stored and (stored.version, stored.as_of) == (said.version, said.as_of):
                compared += 1
                changes += await _compare(maps, one, said, stored)
        after = page[-1].document
    drafts = sorted(maps.drafts)
    return Diff(scope, compared, changes, drafts)


class Maps:
    """The code maps of a system, those of each plant read once; with `drafts` as if approved."""

    def __init__(self, books: Books, system: str, *, drafts: bool = False) -> None:
        self.system = system
        self.drafts: set[DraftName] = set()
        self._books = books
        self._with_drafts = drafts
        self._plants: dict[str, Sequence[Code]] = {}

    async def table(self, said: OrderDocument) -> CodeTable:
        """What codes mean in this document."""
        return CodeTable(self.system, said.plant, await self._of(said.plant), said.as_of)

    async def _of(self, plant: str) -> Sequence[Code]:
        if plant not in self._plants:
            codes = await self._books.codes.all(self.system, plant)
            if self._with_drafts:
                self.drafts |= {DraftName.of(code) for code in codes if code.is_draft}
                codes = if_approved(codes)
            self._plants[plant] = codes
        return self._plants[plant]


async def _compare(
    maps: Maps, one: MappedOrder, said: OrderDocument, stored: ProductionOrder
) -> list[DocumentChange]:
    """What would differ, if anything."""
    try:
        new = map_order(maps.system, said, await maps.table(said))
    except InvalidError as error:
        reason = f"{error} [{error.field}] ({error.code})"
        return [DocumentChange(one.id, one.document, (), reason)]
    changed = differences(stored, new)
    return [DocumentChange(one.id, one.document, changed)] if changed else []


def _key(said: OrderDocument) -> OrderKey:
    return OrderKey(said.plant, said.order_no)
