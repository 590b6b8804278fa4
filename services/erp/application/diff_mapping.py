"""Use case: orders as they came are mapped again, and what would differ is shown."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.erp.application.remap import REMAPS, Maps, Remap
from services.erp.domain.mapping_diff import (
    Diff,
    DocumentChange,
    FieldChange,
    Scope,
    differences,
)
from services.erp.ports import Books
from services.erp.ports.mapping import MappedOrder, Replays
from services.kit.errors import InvalidError

Read = Mapping[str, Callable[[bytes], Any]]
"""What the content of a raw order says, by its kind; those that the ERP offers."""


async def review_mapping(books: Books, replays: Replays, read: Read, scope: Scope, who: str) -> str:
    """Keep the diff for whoever looks at it; its digest. Safe to repeat."""
    diff = await diff_mapping(books, replays, read, scope)
    await replays.keep(diff, who)
    return diff.digest


async def diff_mapping(books: Books, replays: Replays, read: Read, scope: Scope) -> Diff:
    """What the code maps of today, or with their drafts, would change; nothing is changed.

    Production orders first, then sales and purchase orders.
    """
    maps = Maps(books, scope.system, drafts=scope.with_drafts)
    changes: list[DocumentChange] = []
    compared = 0
    for kind in (one for one in REMAPS if one in read):
        after = ""
        while page := await replays.mapped(scope, kind, after):
            documents = [(one, read[kind](one.content)) for one in page]
            fresh = [(one, said) for one, said in documents if said.as_of >= scope.since]
            known = await REMAPS[kind].known(maps, [said for _, said in fresh])
            for (one, said), orders in zip(fresh, known, strict=True):
                if stored := last_told(orders, said):
                    compared += 1
                    changes += await _compare(maps, one, said, stored)
            after = page[-1].external
    return Diff(scope, compared, changes, sorted(maps.drafts))


def last_told(orders: Sequence[Any], said: Any) -> list[Any]:
    """Those of the orders of which a document is the ERP's last word here."""
    return [one for one in orders if (one.version, one.as_of) == (said.version, said.as_of)]


async def read_again(
    maps: Maps, remap: Remap, said: Any, stored: Sequence[Any]
) -> tuple[Sequence[Any], tuple[FieldChange, ...]]:
    """The orders as they would be, and what differs; raises InvalidError."""
    new = [await remap.again(maps, said, one) for one in stored]
    fields = [
        field
        for old, one in zip(stored, new, strict=True)
        for field in differences(old, one, remap.name(old))
    ]
    return new, tuple(fields)


async def _compare(
    maps: Maps, one: MappedOrder, said: Any, stored: Sequence[Any]
) -> list[DocumentChange]:
    """What would differ, if anything."""
    try:
        _, fields = await read_again(maps, REMAPS[one.kind], said, stored)
    except InvalidError as error:
        reason = f"{error} [{error.field}] ({error.code})"
        return [DocumentChange(one.id, one.document, (), reason)]
    return [DocumentChange(one.id, one.document, fields)] if fields else []
