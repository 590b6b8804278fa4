"""What master data may refer to: stored already, or part of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from services.kit.errors import NotFoundError, located
from services.kit.quantity import Quantity
from services.reference.domain.bill import Bill
from services.reference.domain.code import CodeDomain
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.master_data import MasterData
from services.reference.domain.names import Key, by_key
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.reason import Reason
from services.reference.domain.routing import Routing
from services.reference.ports import Books, Record, Records

T = TypeVar("T", bound=Record)
MADE = ("plant", "item_no")
MEASURED = ("item_no", "lot_no")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By key; bills and routings are all of the items that some are given of."""

    items: dict[Key, Item]
    plants: dict[Key, Plant]
    equipment: dict[Key, Equipment]
    parties: dict[Key, Party]
    reasons: dict[Key, Reason]
    bills: dict[Key, Bill]
    routings: dict[Key, Routing]
    measured: dict[Key, list[LotConversion]]
    """By item and lot."""

    def item(self, item_no: str, field: str) -> Item:
        """Raises NotFoundError naming `field`."""
        return require(self.items, (item_no,), "item", field)

    def plant(self, plant: str, field: str = "plant") -> None:
        """Raises NotFoundError naming `field`."""
        require(self.plants, (plant,), "plant", field)

    def check_unit(self, item_no: str, quantity: Quantity, field: str) -> None:
        """Raises InvalidError naming `field` unless the (known) item is counted in the unit."""
        with located(field):
            self.items[(item_no,)].measures.ratio(quantity.unit)


async def surroundings(books: Books, data: MasterData) -> Surroundings:
    """One statement a kind, whatever is given."""
    return Surroundings(
        await _load(books.items, data.items, _items(data)),
        await _load(books.plants, data.plants, _plants(data)),
        await _load(books.equipment, data.equipment, (one.parent for one in data.equipment)),
        await _load(
            books.parties,
            data.parties,
            (one.canonical for one in data.code_mappings if one.domain is CodeDomain.PARTY),
        ),
        await _all(books.reasons, data.reasons, ("domain",)),
        await _all(books.boms, data.boms, MADE),
        await _all(books.routings, data.routings, MADE),
        await _measured(books, data),
    )


def require(records: dict[Key, T], key: Key, noun: str, field: str) -> T:
    """The record; raises NotFoundError naming `field`."""
    if found := records.get(key):
        return found
    raise NotFoundError(
        f"there is no {noun} {'/'.join(key)[:80]}",
        code=f"unknown_{noun}",
        field=field,
        hint="put it first, or in the same request",
    )


def _items(data: MasterData) -> Iterator[str]:
    for bill in data.boms:
        yield bill.item_no
        for line in bill.lines:
            yield from line.items
    named: tuple[Sequence[Any], ...] = (data.routings, data.lot_conversions, data.standard_costs)
    for records in named:
        yield from (one.item_no for one in records)
    for change in data.changes:
        yield from (one.item_no for one in change.affected)
    yield from (one.canonical for one in data.code_mappings if one.domain.names_items)


def _plants(data: MasterData) -> Iterator[str]:
    placed: tuple[Sequence[Any], ...] = (
        *(data.boms, data.routings, data.equipment, data.locations),
        *(data.changes, data.standard_costs, data.code_mappings),
    )
    for records in placed:
        yield from (one.plant for one in records)
    for party in data.parties:
        yield from party.scopes


async def _load(records: Records[T], given: Sequence[T], names: Iterable[str]) -> dict[Key, T]:
    wanted = {(name,) for name in names if name}
    stored = await records.get(wanted) if wanted else []
    return by_key(stored) | by_key(given)


async def _measured(books: Books, data: MasterData) -> dict[Key, list[LotConversion]]:
    found = defaultdict[Key, list[LotConversion]](list)
    if not data.lot_conversions:
        return found
    for one in (await _all(books.lot_conversions, data.lot_conversions, MEASURED)).values():
        found[one.key[:2]].append(one)
    return found


async def _all(records: Records[T], given: Sequence[T], by: Sequence[str]) -> dict[Key, T]:
    """All that share the fields `by` with one of those given."""
    wanted = {tuple(getattr(one, name) for name in by) for one in given}
    stored = await records.get(wanted, by=by) if wanted else []
    return by_key(stored) | by_key(given)
