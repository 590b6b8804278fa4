"""Use case: items and engineering changes go through their lifecycle, all or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from services.kit.errors import ConflictError, InvalidError, located
from services.reference.application.surroundings import require
from services.reference.domain.change import EngineeringChange
from services.reference.domain.change_state import CHANGE, ChangeCommand
from services.reference.domain.item import Item
from services.reference.domain.item_state import ITEM, ItemCommand, Lifecycle
from services.reference.domain.names import Key, by_key
from services.reference.ports import Books, Records

T = TypeVar("T", Item, EngineeringChange)
C = TypeVar("C", ItemCommand, ChangeCommand)


@dataclass(frozen=True, slots=True)
class ItemStep:
    """`version` 0 = whatever is there."""

    item_no: str
    command: ItemCommand
    version: int = 0


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """`version` 0 = whatever is there."""

    eco_no: str
    command: ChangeCommand
    version: int = 0


async def advance_items(books: Books, steps: Sequence[ItemStep]) -> list[Item]:
    """The items as they are then, in the order of the steps.

    Raises NotFoundError, InvalidError or ConflictError naming `steps[i]`.
    """
    named = [(one.item_no, one.version) for one in steps]

    def take(item: Item, place: int) -> Item:
        # An item that is stored has a lifecycle; the type allows none for one that comes.
        state = ITEM.follow(item.lifecycle or Lifecycle.EFFECTIVE, steps[place].command)
        return replace(item, lifecycle=state, version=item.version + 1)

    return await _advance(books, books.items, named, "item", take)


async def advance_changes(books: Books, steps: Sequence[ChangeStep]) -> list[EngineeringChange]:
    """The changes as they are then, in the order of the steps.

    Raises NotFoundError, InvalidError or ConflictError naming `steps[i]`.
    """
    named = [(one.eco_no, one.version) for one in steps]

    def take(change: EngineeringChange, place: int) -> EngineeringChange:
        state = CHANGE.follow(change.state or CHANGE.start, steps[place].command)
        return replace(change, state=state, version=change.version + 1)

    return await _advance(books, books.changes, named, "change", take)


async def _advance(
    books: Books,
    records: Records[T],
    named: Sequence[tuple[str, int]],
    noun: str,
    take: Callable[[T, int], T],
) -> list[T]:
    await books.gate.enter()
    known = by_key(await records.get([(name,) for name, _ in named]))
    moved: dict[Key, T] = {}
    for place, (name, version) in enumerate(named):
        with located(f"steps[{place}]"):
            _refuse_twice(name, moved)
            record = require(known, (name,), noun, "eco_no" if noun == "change" else "item_no")
            _check_version(record, version)
            moved[record.key] = take(record, place)
    new = list(moved.values())
    await records.put(new, known)
    for one in new:
        books.facts.tell(one)
    return new


def _refuse_twice(name: str, moved: Mapping[Key, object]) -> None:
    if (name,) in moved:
        raise InvalidError(f"{name} comes twice", code="duplicate", hint="one step at a time")


def _check_version(record: Item | EngineeringChange, version: int) -> None:
    if version not in (0, record.version):
        raise ConflictError(
            f"{record.key[0]} is at version {record.version}, not {version}",
            code="stale_version",
            field="version",
            hint="read it again, and decide anew",
        )
