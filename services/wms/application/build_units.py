"""Use case: handling units are built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.kit.errors import ConflictError, InvalidError, located
from services.wms.domain.handling_unit import HandlingUnit
from services.wms.domain.sscc import check_sscc, make_sscc
from services.wms.ports import Books, PackedUnit


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be built; without `sscc` the next of the plant's own."""

    sscc: str
    plant: str
    location: str
    type: str


async def build_units(
    books: Books, orders: Sequence[Order], prefixes: Mapping[str, str]
) -> list[PackedUnit]:
    """New ones, all or none, empty; `prefixes` are extension digit and company prefix by plant.

    Raises InvalidError or ConflictError naming `units[i]` and the field.
    """
    own = await _number(books, orders, prefixes)
    now, made = books.clock.now(), list[HandlingUnit]()
    for position, order in enumerate(orders):
        with located(f"units[{position}]"):
            sscc = order.sscc or own[position]
            check_sscc(sscc, "sscc")
            _refuse_twice(sscc, made)
            made.append(HandlingUnit(sscc, order.plant, order.location, order.type, now))
    await books.units.add(made)
    packed = [PackedUnit(one, ()) for one in made]
    for one in packed:
        books.facts.tell(one)
    return packed


async def _number(
    books: Books, orders: Sequence[Order], prefixes: Mapping[str, str]
) -> dict[int, str]:
    """A number for each position that names none, gap-free per prefix unless we fail."""
    wanted: dict[str, list[int]] = {}
    for position, order in enumerate(orders):
        if not order.sscc:
            wanted.setdefault(_prefix(prefixes, position, order.plant), []).append(position)
    numbers = {}
    for prefix in sorted(wanted):
        first = await books.units.number(prefix, len(wanted[prefix]))
        for serial, position in enumerate(wanted[prefix], first):
            with located(f"units[{position}]"):
                numbers[position] = make_sscc(prefix, serial)
    return numbers


def _prefix(prefixes: Mapping[str, str], position: int, plant: str) -> str:
    if plant not in prefixes:
        raise InvalidError(
            f"{plant} has no GS1 company prefix",
            code="no_prefix",
            field=f"units[{position}].sscc",
            hint="name an SSCC, or set PLANTMESH_SSCC_PREFIX for the plant",
        )
    return prefixes[plant]


def _refuse_twice(sscc: str, made: Sequence[HandlingUnit]) -> None:
    if any(one.sscc == sscc for one in made):
        raise ConflictError(f"{sscc} is here twice", code="handling_unit_exists", field="sscc")
