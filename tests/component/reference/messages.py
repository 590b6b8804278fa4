"""Requests as a steward sends them."""

from typing import Any

from plantmesh.common.v1.quantity_pb2 import Quantity
from plantmesh.reference.v1 import reference_pb2 as pb


def item(item_no: str = "widget", **change: Any) -> pb.Item:
    """Counted in kilograms; a piece weighs 250 g."""
    plain = {"base_unit": "KGM", "type": pb.ITEM_TYPE_FINISHED}
    given: dict[str, Any] = {**plain, "lifecycle": pb.ITEM_LIFECYCLE_EFFECTIVE, **change}
    message = pb.Item(item_no=item_no, **given)
    message.conversions.append(conversion("H87", "KGM"))
    return message


def conversion(source: str, target: str, numerator: int = 1, denominator: int = 4) -> Any:
    """1 source = 1/4 target."""
    given: dict[str, Any] = {"from": source, "to": target, "basis": pb.CONVERSION_BASIS_ITEM}
    return pb.UnitConversion(**given, numerator=numerator, denominator=denominator)


def plant(name: str = "lyon", zone: str = "Europe/Paris") -> pb.Plant:
    """A plant."""
    return pb.Plant(plant=name, time_zone=zone)


def bom(**change: Any) -> pb.Bom:
    """100 kg of widgets take 120 kg of steel."""
    line = pb.BomLine(
        position=10, component_item_no="steel", quantity=amount("120"), use=pb.BOM_USE_CONSUMED
    )
    given = {"item_no": "widget", "base_quantity": amount("100"), "lines": [line], **change}
    return pb.Bom(**{"plant": "lyon", **given})


def amount(value: str, unit: str = "KGM") -> Quantity:
    """So much."""
    return Quantity(value=value, unit=unit)


def routing(**change: Any) -> pb.Routing:
    """One step."""
    step = pb.RoutingOperation(
        sequence=10,
        segment="press",
        work_center="press-1",
        dependency=pb.SEGMENT_DEPENDENCY_AFTER_END,
    )
    return pb.Routing(**{"plant": "lyon", "item_no": "widget", "operations": [step], **change})


def equipment(path: str = "lyon/hall", level: Any = pb.EQUIPMENT_LEVEL_AREA) -> pb.Equipment:
    """A hall."""
    return pb.Equipment(path=path, level=level)


def party(party_id: str = "mill") -> pb.Party:
    """A supplier."""
    return pb.Party(party_id=party_id, role=pb.PARTY_ROLE_SUPPLIER)


def code(code: str = "KG", plant: str = "", domain: str = "uom") -> pb.Code:
    """Of erp-1."""
    return pb.Code(domain=domain, system="erp-1", plant=plant, code=code)


def mapping(text: str = "KG", canonical: str = "KGM", plant: str = "", **more: Any) -> Any:
    """What it means."""
    return pb.CodeMapping(code=code(text, plant), canonical=canonical, **more)


def put(key: str = "k-1", **parts: Any) -> pb.PutMasterDataRequest:
    """The command."""
    return pb.PutMasterDataRequest(idempotency_key=key, **parts)


def everything(key: str = "k-1") -> pb.PutMasterDataRequest:
    """One of each kind, and what it refers to."""
    return put(
        key,
        items=[item(), item("steel")],
        plants=[plant()],
        boms=[bom()],
        routings=[routing()],
        equipment=[equipment()],
        parties=[party()],
        code_mappings=[mapping(), mapping("ST", "H87", "lyon")],
    )


def approve(*mappings: pb.CodeMapping, key: str = "a-1") -> pb.ApproveCodesRequest:
    """The steward's command."""
    return pb.ApproveCodesRequest(idempotency_key=key, mappings=mappings)


def resolve(*codes: pb.Code, direction: Any = pb.CODE_DIRECTION_IN) -> pb.ResolveCodesRequest:
    """The question."""
    return pb.ResolveCodesRequest(codes=codes, direction=direction)
