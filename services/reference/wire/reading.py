"""Requests as records."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.errors import located
from services.kit.wire import read_quantity
from services.reference.application.put_master_data import MasterData
from services.reference.domain.bill import Bill, BillLine
from services.reference.domain.equipment import Equipment, Level
from services.reference.domain.item import Conversion, Item, ItemType
from services.reference.domain.party import Party, PartyRole
from services.reference.domain.plant import Plant
from services.reference.domain.routing import Operation, Routing
from services.reference.wire.codes import read_mappings

T = TypeVar("T")


def read_master_data(request: pb.PutMasterDataRequest) -> MasterData:
    """Raises InvalidError naming the part, `items[3].base_unit`."""
    return MasterData(
        items=_read_all(request.items, "items", _read_item),
        plants=_read_all(request.plants, "plants", _read_plant),
        boms=_read_all(request.boms, "boms", _read_bill),
        routings=_read_all(request.routings, "routings", _read_routing),
        equipment=_read_all(request.equipment, "equipment", _read_equipment),
        parties=_read_all(request.parties, "parties", _read_party),
        code_mappings=read_mappings(request.code_mappings, part="code_mappings"),
    )


def _read_all(messages: Iterable[Any], field: str, read: Callable[[Any], T]) -> list[T]:
    found = []
    for position, message in enumerate(messages):
        with located(f"{field}[{position}]"):
            found.append(read(message))
    return found


def _read_item(message: pb.Item) -> Item:
    conversions = _read_all(
        message.conversions,
        "conversions",
        lambda one: Conversion(getattr(one, "from"), one.to, one.numerator, one.denominator),
    )
    return Item(
        item_no=message.item_no,
        base_unit=message.base_unit,
        type=ItemType[pb.ItemType.Name(message.type).removeprefix("ITEM_TYPE_")],
        description=message.description,
        lot_controlled=message.lot_controlled,
        inspection_on_receipt=message.inspection_on_receipt,
        inspection_on_production=message.inspection_on_production,
        conversions=tuple(conversions),
        version=message.version,
    )


def _read_plant(message: pb.Plant) -> Plant:
    return Plant(message.plant, message.time_zone, message.name, message.version)


def _read_bill(message: pb.Bom) -> Bill:
    return Bill(
        plant=message.plant,
        item_no=message.item_no,
        alternative=message.alternative,
        revision=message.revision,
        base_quantity=read_quantity(message.base_quantity, field="base_quantity"),
        lines=tuple(
            BillLine(
                line.position,
                line.component_item_no,
                read_quantity(line.quantity, field=f"lines[{place}].quantity"),
                line.backflush,
            )
            for place, line in enumerate(message.lines)
        ),
        version=message.version,
    )


def _read_routing(message: pb.Routing) -> Routing:
    return Routing(
        plant=message.plant,
        item_no=message.item_no,
        alternative=message.alternative,
        revision=message.revision,
        operations=tuple(
            Operation(one.sequence, one.segment, one.work_center) for one in message.operations
        ),
        version=message.version,
    )


def _read_equipment(message: pb.Equipment) -> Equipment:
    level = Level[pb.EquipmentLevel.Name(message.level).removeprefix("EQUIPMENT_LEVEL_")]
    return Equipment(message.path, level, message.work_center, message.version)


def _read_party(message: pb.Party) -> Party:
    role = PartyRole[pb.PartyRole.Name(message.role).removeprefix("PARTY_ROLE_")]
    return Party(message.party_id, role, message.name, message.version)
