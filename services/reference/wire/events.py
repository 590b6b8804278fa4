"""What others are told, and under which key: where it holds, its kind, its natural key."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from plantmesh.reference.v1 import events_pb2

from services.kit.ids import EVERYWHERE
from services.reference.domain.bill import Bill
from services.reference.domain.change import EngineeringChange
from services.reference.domain.code import Unmapped
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from services.reference.domain.cost import StandardCost
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.location import Location
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.names import Key
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.reason import Reason
from services.reference.domain.routing import Routing
from services.reference.ports import Fact
from services.reference.wire import codes
from services.reference.wire.records import write_record


def event_key(fact: Fact) -> str:
    """Such as "lyon/bom/FG-1/1/A", "*/item/FG-1"."""
    return "/".join(_KEYS[type(fact)](fact))


def write_event(fact: Fact) -> Message:
    """The event of what is so now, or of a question nobody has answered."""
    return _EVENTS[type(fact)](fact)


_KEYS: dict[type, Callable[[Any], Key]] = {
    Item: lambda item: (EVERYWHERE, "item", item.item_no),
    Plant: lambda plant: (plant.plant, "plant"),
    Bill: lambda bill: (bill.plant, "bom", *bill.key[1:]),
    Routing: lambda routing: (routing.plant, "routing", *routing.key[1:]),
    Equipment: lambda one: (one.plant, "equipment", *one.path.split("/")[1:]),
    Party: lambda party: (EVERYWHERE, "party", party.party_id),
    Location: lambda one: (one.plant, "location", *one.key[1:]),
    Reason: lambda one: (EVERYWHERE, "reason", *one.key),
    EngineeringChange: lambda one: (one.plant or EVERYWHERE, "change", one.eco_no),
    LotConversion: lambda one: (EVERYWHERE, "lot_conversion", *one.key),
    StandardCost: lambda one: (one.plant, "standard_cost", one.item_no, one.key[2]),
    CodeMapping: lambda one: (one.plant or EVERYWHERE, "code", one.domain, one.system, one.code),
    Unmapped: lambda one: (
        one.question.plant or EVERYWHERE,
        "unmapped",
        *one.question.key[:3],
        one.question.code,
    ),
}
_EVENTS: dict[type, Callable[[Any], Message]] = {
    Item: lambda one: events_pb2.ItemChanged(item=write_record(one)),
    Plant: lambda one: events_pb2.PlantChanged(plant=write_record(one)),
    Bill: lambda one: events_pb2.BomChanged(bom=write_record(one)),
    Routing: lambda one: events_pb2.RoutingChanged(routing=write_record(one)),
    Equipment: lambda one: events_pb2.EquipmentChanged(equipment=write_record(one)),
    Party: lambda one: events_pb2.PartyChanged(party=write_record(one)),
    Location: lambda one: events_pb2.LocationChanged(location=write_record(one)),
    Reason: lambda one: events_pb2.ReasonChanged(reason=write_record(one)),
    EngineeringChange: lambda one: events_pb2.EngineeringChangeChanged(change=write_record(one)),
    LotConversion: lambda one: events_pb2.LotConversionChanged(conversion=write_record(one)),
    StandardCost: lambda one: events_pb2.StandardCostChanged(cost=write_record(one)),
    CodeMapping: lambda one: _MAPPINGS[one.status](mapping=codes.write_mapping(one)),
    Unmapped: lambda one: events_pb2.CodeUnmapped(code=codes.write_unmapped(one)),
}
_MAPPINGS: dict[Status, Callable[..., Message]] = {
    Status.DRAFT: events_pb2.CodeDrafted,
    Status.APPROVED: events_pb2.CodeMapped,
    Status.RETIRED: events_pb2.CodeRetired,
}
