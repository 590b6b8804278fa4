"""Use case: handling units go their way, with all that is in them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from services.kit.clock import Instant
from services.kit.errors import ConflictError, InvalidError, NotFoundError, located
from services.wms.application.move_stock import move_stock
from services.wms.domain.handling_unit import Command, HandlingUnit, State, check_nesting
from services.wms.domain.keys import Reference
from services.wms.domain.movement import Movement
from services.wms.domain.place import Status
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Balance
from services.wms.domain.target import SAME, Target
from services.wms.domain.trade import NOBODY, Destination
from services.wms.ports import Books, PackedUnit


@dataclass(frozen=True, slots=True)
class Order:
    """One command; `reference` begins the references of the movements that it makes."""

    sscc: str
    command: Command
    reference: str
    occurred_at: Instant
    to_location: str = ""
    parent: str = ""
    delivery_no: str = ""
    to_plant: str = ""
    destination: Destination = NOBODY

    def __post_init__(self) -> None:
        """Raises InvalidError naming the field."""
        if (self.command is Command.SHIP) != (bool(self.delivery_no) != bool(self.to_plant)):
            raise InvalidError(
                "a unit is shipped to a delivery or to a plant, and only then",
                code="destination_required",
                field="delivery_no",
                hint="name one of delivery_no and to_plant with SHIP, none otherwise",
            )
        if self.destination != NOBODY and not self.delivery_no:
            raise InvalidError(
                "only what is shipped to a delivery goes to a customer",
                code="bad_trade",
                field="shipped_to",
                hint="leave it empty",
            )


async def command_units(
    books: Books, orders: Sequence[Order], *, sees: Callable[[str], bool] = lambda _: True
) -> list[PackedUnit]:
    """Carry them out in their order, all or none; the units named, as they are afterwards.

    `sees` says of a plant whether who asks knows its units; others are as if there were none.
    Raises NotFoundError, ConflictError or InvalidError naming `commands[i]` and the field.
    """
    family = _Family(await _open(books, orders), sees)
    for position, order in enumerate(orders):
        with located(f"commands[{position}]"):
            family.require(order.sscc, "sscc")
            await _carry_out(books, family, order)
    await books.units.save(list(family.units.values()))
    contents = await books.balances.of_units(family.units)
    touched = {sscc for order in orders for sscc in family.tree(order.sscc)}
    packed = {
        sscc: PackedUnit(family.units[sscc], contents.get(sscc, ())) for sscc in sorted(touched)
    }
    for one in packed.values():
        books.facts.tell(one)
    return [packed[order.sscc] for order in orders]


@dataclass
class _Family:
    """The units named, what is nested in them, and what they are nested in or shall be."""

    units: dict[str, HandlingUnit]
    sees: Callable[[str], bool]

    def require(self, sscc: str, field: str) -> None:
        """Raises NotFoundError naming `field` where nobody may tell of it."""
        unit = self.units.get(sscc)
        if unit is None or not self.sees(unit.plant):
            raise NotFoundError(
                f"there is no handling unit {sscc}",
                code="unknown_handling_unit",
                field=field,
                hint="build it first",
            )

    def tree(self, root: str) -> list[str]:
        """A unit and all that is nested in it, from the outside inwards."""
        found = [root]
        for sscc in found:
            found += sorted(one.sscc for one in self.units.values() if one.parent == sscc)
        return found


async def _open(books: Books, orders: Sequence[Order]) -> dict[str, HandlingUnit]:
    """Lock, then look whether others were nested meanwhile, and lock these too."""
    named = {sscc for one in orders for sscc in (one.sscc, one.parent) if sscc}
    locked: set[str] = set()
    units: dict[str, HandlingUnit] = {}
    while new := (await books.units.below(named) | await books.units.above(named)) - locked:
        units |= await books.units.open(new)
        locked |= new
    return units


async def _carry_out(books: Books, family: _Family, order: Order) -> None:
    now, root = books.clock.now(), family.units[order.sscc]
    if order.command is Command.NEST:
        root.follow(order.command, now)
        _nest(family, root, order.parent)
        return
    _require_outermost(root)
    tree = [family.units[sscc] for sscc in family.tree(order.sscc)]
    contents = await books.balances.of_units([one.sscc for one in tree])
    inside = [one for sscc in sorted(contents) for one in contents[sscc]]
    for unit in tree:
        unit.follow(order.command, now)
    _check_contents(order, tree, inside)
    movements = list(_movements(order, inside))
    if movements:
        await move_stock(books, movements, carried=[one.sscc for one in tree])
    for unit in tree:
        _place(unit, order)


def _nest(family: _Family, unit: HandlingUnit, parent: str) -> None:
    if parent:
        family.require(parent, "parent")
        check_nesting(family.units, unit, parent)
    unit.parent = parent


def _require_outermost(unit: HandlingUnit) -> None:
    if unit.parent:
        raise ConflictError(
            f"{unit.sscc} is nested in {unit.parent}",
            code="nested",
            field="sscc",
            hint="command the outermost unit, or take this one out by NEST without a parent",
        )


def _check_contents(order: Order, tree: Sequence[HandlingUnit], inside: Sequence[Balance]) -> None:
    if order.command is Command.EMPTY and (inside or len(tree) > 1):
        raise ConflictError(
            f"{order.sscc} is not empty",
            code="not_empty",
            field="sscc",
            hint="unpack its stock, and take out what is nested in it",
        )
    if order.command is Command.RECEIVE and tree[0].delivery_no:
        raise ConflictError(
            f"{order.sscc} went to a customer with {tree[0].delivery_no}",
            code="not_in_transit",
            field="command",
            hint="receive what comes back by RETURN_FROM_CUSTOMER, into a new unit",
        )
    if order.command is Command.SHIP and any(
        one.place.status is not Status.UNRESTRICTED for one in inside
    ):
        raise ConflictError(
            f"not all in {order.sscc} is unrestricted",
            code="not_unrestricted",
            field="sscc",
            hint="release it, or unpack what may not leave",
        )


def _movements(order: Order, inside: Iterable[Balance]) -> Iterator[Movement]:
    match order.command:
        case Command.MOVE:
            type, to = MovementType.TRANSFER_LOCATION, SAME
        case Command.SHIP if order.to_plant:
            type, to = MovementType.TRANSFER_PLANT_OUT, Target(plant=order.to_plant)
        case Command.SHIP:
            type, to = MovementType.ISSUE_TO_DELIVERY, SAME
        case Command.RECEIVE:
            type, to = MovementType.TRANSFER_PLANT_IN, SAME
        case _:
            return
    for number, one in zip(count(1), inside, strict=False):
        plant = one.place.lot.plant
        yield Movement(
            reference=Reference(plant, f"{order.reference}/{one.place.hu}/{number}"),
            type=type,
            place=one.place,
            quantity=one.quantity,
            occurred_at=order.occurred_at,
            to_location=order.to_location,
            delivery_no=order.delivery_no,
            to=to,
            destination=order.destination,
        )


def _place(unit: HandlingUnit, order: Order) -> None:
    """Where the unit is afterwards."""
    if order.command in (Command.MOVE, Command.RECEIVE):
        unit.location = order.to_location
    if order.command is Command.SHIP:
        unit.delivery_no = order.delivery_no
        unit.plant, unit.location = order.to_plant or unit.plant, ""


def is_gone(unit: HandlingUnit) -> bool:
    """Whether its contents were issued with it."""
    return unit.state is State.SHIPPED and bool(unit.delivery_no)
