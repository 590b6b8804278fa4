"""What each kind of record may say, given what is around it."""

from collections.abc import Callable, Mapping
from typing import Any

from services.kit.errors import InvalidError
from services.reference.application.surroundings import Surroundings, require
from services.reference.domain.bill import Bill
from services.reference.domain.change import EngineeringChange
from services.reference.domain.code import CodeDomain
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.cost import StandardCost
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.location import Location
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.names import Key
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.reason import LEVELS, Reason
from services.reference.domain.routing import Routing
from services.reference.domain.span import Variant, check_alone


def check(record: object, known: Surroundings) -> None:
    """Raises NotFoundError or InvalidError naming the field that names nothing or too much."""
    _CHECKS[type(record)](record, known)


def _check_bill(bill: Bill, known: Surroundings) -> None:
    known.plant(bill.plant)
    known.item(bill.item_no, "item_no")
    known.check_unit(bill.item_no, bill.base_quantity, "base_quantity")
    for place, line in enumerate(bill.lines):
        field = f"lines[{place}]"
        known.item(line.component_item_no, f"{field}.component_item_no")
        known.check_unit(line.component_item_no, line.quantity, f"{field}.quantity")
        for rank, item_no in enumerate(line.substitutes):
            known.item(item_no, f"{field}.substitutes[{rank}]")
            known.check_unit(item_no, line.quantity, f"{field}.substitutes[{rank}]")
    _check_span(bill, known.bills)


def _check_routing(routing: Routing, known: Surroundings) -> None:
    known.plant(routing.plant)
    known.item(routing.item_no, "item_no")
    _check_span(routing, known.routings)


def _check_span(one: Bill | Routing, known: Mapping[Key, Variant]) -> None:
    check_alone(one, (other for key, other in known.items() if key[:3] == one.key[:3]))


def _check_equipment(equipment: Equipment, known: Surroundings) -> None:
    known.plant(equipment.plant, "path")
    if equipment.parent:
        parent = require(known.equipment, (equipment.parent,), "equipment", "path")
        equipment.stand_below(parent)


def _check_party(party: Party, known: Surroundings) -> None:
    for place, plant in enumerate(party.scopes):
        known.plant(plant, f"scopes[{place}]")


def _check_mapping(mapping: CodeMapping, known: Surroundings) -> None:
    if mapping.plant:
        known.plant(mapping.plant, "code.plant")
    if mapping.domain.names_items:
        known.item(mapping.canonical, "canonical")
    if mapping.domain is CodeDomain.PARTY:
        require(known.parties, (mapping.canonical,), "party", "canonical")


def _check_location(location: Location, known: Surroundings) -> None:
    known.plant(location.plant)


def _check_reason(reason: Reason, known: Surroundings) -> None:
    if reason.parent:
        require(known.reasons, reason.above, "reason", "parent")
    below = [one for one in known.reasons.values() if reason.key in _chain(one, known)]
    if any(len(_chain(one, known)) > LEVELS for one in below):
        raise InvalidError(
            f"with {reason.code} below {reason.parent} the tree has more than {LEVELS} levels",
            code="too_deep",
            field="parent",
            hint="category, group, reason: put it one level up",
        )


def _chain(reason: Reason, known: Surroundings) -> list[Key]:
    """It and what is above it, as far as a tree may go and one more."""
    found, above = [reason.key], reason
    while above.parent and above.above in known.reasons and len(found) <= LEVELS:
        above = known.reasons[above.above]
        found.append(above.key)
    return found


def _check_change(change: EngineeringChange, known: Surroundings) -> None:
    if change.plant:
        known.plant(change.plant)
    for place, one in enumerate(change.affected):
        known.item(one.item_no, f"affected[{place}].item_no")


def _check_lot_conversion(conversion: LotConversion, known: Surroundings) -> None:
    others = (one for one in known.measured[conversion.key[:2]] if one.key != conversion.key)
    conversion.check(known.item(conversion.item_no, "item_no"), others)


def _check_cost(cost: StandardCost, known: Surroundings) -> None:
    known.plant(cost.plant)
    known.item(cost.item_no, "item_no")
    known.check_unit(cost.item_no, cost.per, "per")


_CHECKS: dict[type, Callable[[Any, Surroundings], None]] = {
    Item: lambda item, known: None,
    Plant: lambda plant, known: None,
    Bill: _check_bill,
    Routing: _check_routing,
    Equipment: _check_equipment,
    Party: _check_party,
    CodeMapping: _check_mapping,
    Location: _check_location,
    Reason: _check_reason,
    EngineeringChange: _check_change,
    LotConversion: _check_lot_conversion,
    StandardCost: _check_cost,
}
