"""Records as messages."""

from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.wire import write_quantity
from services.reference.domain.bill import Bill
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.routing import Routing


def write_item(item: Item) -> pb.Item:
    """With its conversions."""
    return pb.Item(
        item_no=item.item_no,
        description=item.description,
        base_unit=item.base_unit,
        type=pb.ItemType.Value(f"ITEM_TYPE_{item.type.name}"),
        lot_controlled=item.lot_controlled,
        inspection_on_receipt=item.inspection_on_receipt,
        inspection_on_production=item.inspection_on_production,
        conversions=[
            # `from` is no name for an argument in Python.
            pb.UnitConversion(
                **{"from": one.source},
                to=one.target,
                numerator=one.numerator,
                denominator=one.denominator,
            )
            for one in item.conversions
        ],
        version=item.version,
    )


def write_plant(plant: Plant) -> pb.Plant:
    """As it is."""
    return pb.Plant(
        plant=plant.plant, name=plant.name, time_zone=plant.time_zone, version=plant.version
    )


def write_bill(bill: Bill) -> pb.Bom:
    """With its lines."""
    return pb.Bom(
        plant=bill.plant,
        item_no=bill.item_no,
        alternative=bill.alternative,
        revision=bill.revision,
        base_quantity=write_quantity(bill.base_quantity),
        lines=[
            pb.BomLine(
                position=line.position,
                component_item_no=line.component_item_no,
                quantity=write_quantity(line.quantity),
                backflush=line.backflush,
            )
            for line in bill.lines
        ],
        version=bill.version,
    )


def write_routing(routing: Routing) -> pb.Routing:
    """With its operations."""
    return pb.Routing(
        plant=routing.plant,
        item_no=routing.item_no,
        alternative=routing.alternative,
        revision=routing.revision,
        operations=[
            pb.RoutingOperation(
                sequence=one.sequence, segment=one.segment, work_center=one.work_center
            )
            for one in routing.operations
        ],
        version=routing.version,
    )


def write_equipment(equipment: Equipment) -> pb.Equipment:
    """As it is."""
    return pb.Equipment(
        path=equipment.path,
        level=pb.EquipmentLevel.Value(f"EQUIPMENT_LEVEL_{equipment.level.name}"),
        work_center=equipment.work_center,
        version=equipment.version,
    )


def write_party(party: Party) -> pb.Party:
    """As it is."""
    role = pb.PartyRole.Value(f"PARTY_ROLE_{party.role.name}")
    return pb.Party(party_id=party.party_id, name=party.name, role=role, version=party.version)
