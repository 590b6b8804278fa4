"""Use case: master data are created or replaced, all or none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from services.kit.errors import ConflictError, InvalidError, NotFoundError, located
from services.kit.quantity import Quantity
from services.reference.application.draft_versions import draft_versions
from services.reference.domain.bill import Bill
from services.reference.domain.code import CodeDomain
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.names import Key, by_key
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.routing import Routing
from services.reference.ports import Books, Fact, Record, Records

T = TypeVar("T", bound=Record)


@dataclass(frozen=True, slots=True)
class MasterData:
    """What comes together, in the parts of the contract.

    A version of 0 replaces whatever is there, another only that one. Code mappings become drafts.
    """

    items: Sequence[Item] = ()
    plants: Sequence[Plant] = ()
    boms: Sequence[Bill] = ()
    routings: Sequence[Routing] = ()
    equipment: Sequence[Equipment] = ()
    parties: Sequence[Party] = ()
    code_mappings: Sequence[CodeMapping] = ()


async def put_master_data(books: Books, data: MasterData, *, steward: str) -> list[Fact]:
    """Store what differs, under its next version, and tell of it; what changed.

    Code mappings are drafts of `steward`, for somebody else to approve. Raises InvalidError,
    NotFoundError or ConflictError naming the part, such as `items[3].base_unit`.
    """
    await books.gate.enter()
    known = await _surroundings(books, data)
    changed: list[Fact] = []
    for field in fields(data):
        records = getattr(data, field.name)
        if records and field.name != "code_mappings":
            changed += await _put(getattr(books, field.name), field.name, records, known)
    for place, mapping in enumerate(data.code_mappings):
        with located(f"code_mappings[{place}]"):
            _check_mapping(mapping, known)
    changed += await draft_versions(books, data.code_mappings, steward, part="code_mappings")
    for fact in changed:
        books.facts.tell(fact)
    return changed


@dataclass(frozen=True, slots=True)
class _Known:
    """What the data may refer to: stored already, or part of them."""

    items: dict[Key, Item]
    plants: dict[Key, Plant]
    equipment: dict[Key, Equipment]
    parties: dict[Key, Party]

    def item(self, item_no: str, field: str) -> Item:
        return _require(self.items, item_no, "item", field)

    def plant(self, plant: str, field: str = "plant") -> None:
        _require(self.plants, plant, "plant", field)

    def check_unit(self, item_no: str, quantity: Quantity, field: str) -> None:
        item = self.items[(item_no,)]
        with located(field):
            item.measures.ratio(quantity.unit)


async def _surroundings(books: Books, data: MasterData) -> _Known:
    bills, mappings = data.boms, data.code_mappings
    placed: list[Bill | Routing | Equipment | CodeMapping] = [
        *bills,
        *data.routings,
        *data.equipment,
        *mappings,
    ]
    return _Known(
        await _load(
            books.items,
            data.items,
            (bill.item_no for bill in bills),
            (line.component_item_no for bill in bills for line in bill.lines),
            (routing.item_no for routing in data.routings),
            (one.canonical for one in mappings if one.domain.names_items),
        ),
        await _load(
            books.plants,
            data.plants,
            (one.plant for one in placed),
        ),
        await _load(books.equipment, data.equipment, (one.parent for one in data.equipment)),
        await _load(
            books.parties,
            data.parties,
            (one.canonical for one in mappings if one.domain is CodeDomain.PARTY),
        ),
    )


async def _load(records: Records[T], given: Sequence[T], *names: Iterable[str]) -> dict[Key, T]:
    wanted = {(name,) for each in names for name in each if name}
    stored = await records.get(wanted) if wanted else []
    return by_key(stored) | by_key(given)


async def _put(
    records: Records[T], part: str, given: Sequence[T], known: _Known
) -> Sequence[Record]:
    stored = by_key(await records.get([record.key for record in given]))
    changed: list[T] = []
    seen: set[Key] = set()
    for position, record in enumerate(given):
        with located(f"{part}[{position}]"):
            if record.key in seen:
                raise InvalidError(f"{'/'.join(record.key)} comes twice", code="duplicate")
            seen.add(record.key)
            _CHECKS[type(record)](record, known)
            if new := _succeed(stored.get(record.key), record):
                changed.append(new)
    if changed:
        await records.put(changed)
    return changed


def _succeed(known: T | None, record: T) -> T | None:
    """The record under its next version; None when nothing is new about it."""
    before = known.version if known else 0
    if record.version not in (0, before):
        raise ConflictError(
            f"{'/'.join(record.key)} is at version {before}, not {record.version}",
            code="stale_version",
            field="version",
            hint="read it again, and decide anew",
        )
    if known == replace(record, version=before):
        return None
    if isinstance(record, Item) and isinstance(known, Item):
        record.follow(known)
    return replace(record, version=before + 1)


def _check_bill(bill: Bill, known: _Known) -> None:
    known.plant(bill.plant)
    known.item(bill.item_no, "item_no")
    known.check_unit(bill.item_no, bill.base_quantity, "base_quantity")
    for place, line in enumerate(bill.lines):
        known.item(line.component_item_no, f"lines[{place}].component_item_no")
        known.check_unit(line.component_item_no, line.quantity, f"lines[{place}].quantity")


def _check_routing(routing: Routing, known: _Known) -> None:
    known.plant(routing.plant)
    known.item(routing.item_no, "item_no")


def _check_equipment(equipment: Equipment, known: _Known) -> None:
    known.plant(equipment.plant, "path")
    if equipment.parent:
        parent = _require(known.equipment, equipment.parent, "equipment", "path")
        equipment.stand_below(parent)


def _check_mapping(mapping: CodeMapping, known: _Known) -> None:
    if mapping.plant:
        known.plant(mapping.plant, "code.plant")
    if mapping.domain.names_items:
        known.item(mapping.canonical, "canonical")
    if mapping.domain is CodeDomain.PARTY:
        _require(known.parties, mapping.canonical, "party", "canonical")


_CHECKS: dict[type, Callable[[Any, _Known], None]] = {
    Item: lambda item, known: None,
    Plant: lambda plant, known: None,
    Bill: _check_bill,
    Routing: _check_routing,
    Equipment: _check_equipment,
    Party: lambda party, known: None,
}


def _require(records: dict[Key, T], name: str, noun: str, field: str) -> T:
    if found := records.get((name,)):
        return found
    raise NotFoundError(
        f"there is no {noun} {name[:80]}",
        code=f"unknown_{noun}",
        field=field,
        hint="put it first, or in the same request",
    )
