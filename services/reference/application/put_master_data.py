"""Use case: master data are created or replaced, all or none."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, cast

from services.kit.errors import ConflictError, DomainError, InvalidError, located
from services.reference.application.checks import check
from services.reference.application.draft_versions import draft_versions
from services.reference.application.surroundings import Surroundings, surroundings
from services.reference.domain.change import EngineeringChange
from services.reference.domain.item import Item
from services.reference.domain.master_data import MasterData
from services.reference.domain.names import Key, by_key
from services.reference.ports import Books, Fact, Record, Records

T = TypeVar("T", bound=Record)
Refuse = Callable[[DomainError], None]
"""Hears why a record is refused, which names it; raises, or lets the next one be looked at."""


def stop(error: DomainError) -> NoReturn:
    """Refuse all of it at the first record that is refused."""
    raise error


async def put_master_data(
    books: Books,
    data: MasterData,
    *,
    steward: str,
    refuse: Refuse = stop,
    stored: Mapping[Key, Any] | None = None,
) -> list[Fact]:
    """Store what differs, under its next version, and tell of it; what changed.

    Code mappings are drafts of `steward`, for somebody else to approve. Refuses with InvalidError,
    NotFoundError or ConflictError naming the part, such as `items[3].base_unit`. Who has entered
    the gate and read what is `stored` of the one part that `data` has need not have it read again.
    """
    await books.gate.enter()
    known = await surroundings(books, data)
    changed: list[Fact] = []
    for field in fields(data):
        records = getattr(data, field.name)
        if records and field.name != "code_mappings":
            put = _Put(field.name, known, refuse)
            changed += await put.store(getattr(books, field.name), records, stored)
    mappings = [
        mapping
        for place, mapping in enumerate(data.code_mappings)
        if _passes(mapping, known, f"code_mappings[{place}]", refuse)
    ]
    changed += await draft_versions(books, mappings, steward, part="code_mappings")
    for fact in changed:
        books.facts.tell(fact)
    return changed


class _Put:
    """Records of one part."""

    def __init__(self, part: str, known: Surroundings, refuse: Refuse) -> None:
        self._part = part
        self._known = known
        self._refuse = refuse

    async def store(
        self, records: Records[T], given: Sequence[T], stored: Mapping[Key, T] | None
    ) -> Sequence[Record]:
        """Those that are new or another than before."""
        if stored is None:
            stored = by_key(await records.get([record.key for record in given]))
        changed: list[T] = []
        seen: set[Key] = set()
        for place, record in enumerate(given):
            try:
                with located(f"{self._part}[{place}]"):
                    _refuse_twice(record, seen)
                    check(record, self._known)
                    new = succeed(stored.get(record.key), record)
            except DomainError as error:
                self._refuse(error)
                continue
            if new:
                changed.append(new)
        if changed:
            await records.put(changed, stored)
        return changed


def succeed(known: T | None, record: T) -> T | None:
    """The record under its next version; None when nothing is new about it.

    Raises ConflictError when it cannot come after `known`.
    """
    before = known.version if known else 0
    if record.version not in (0, before):
        raise ConflictError(
            f"{'/'.join(record.key)} is at version {before}, not {record.version}",
            code="stale_version",
            field="version",
            hint="read it again, and decide anew",
        )
    new: Any
    if isinstance(record, Item | EngineeringChange):
        new = record.settled(known)  # type: ignore[arg-type]
    else:
        new = replace(record, version=before + 1)
    said = _content(cast(Hashable, type(record)))
    return None if known and said(known) == said(new) else new


@cache
def _content(kind: Any) -> Callable[[object], object]:
    """What a record says, without its version."""
    return attrgetter(*(one.name for one in fields(kind) if one.name != "version"))


def _passes(mapping: Any, known: Surroundings, part: str, refuse: Refuse) -> bool:
    try:
        with located(part):
            check(mapping, known)
    except DomainError as error:
        refuse(error)
        return False
    return True


def _refuse_twice(record: Record, seen: set[Key]) -> None:
    if record.key in seen:
        raise InvalidError(f"{'/'.join(record.key)} comes twice", code="duplicate")
    seen.add(record.key)
