"""What a service has copied from reference, put there without one."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.records_pb2 import LotConversion

from services.erp import wire
from services.erp.domain.codes import Code, Direction
from services.kit.copies import put
from services.kit.measures import ItemLot, Ratio
from services.kit.quantity import Measures
from services.kit.wire import write_moment
from services.mes.wire import ITEMS, LOTS

NOWHERE = {"PLANTMESH_REFERENCE_ADDRESS": "127.0.0.1:1", "PLANTMESH_CLIENT_SECRET": "of nobody"}
"""The environment of a service that has no reference to talk to."""
_DIRECTIONS = {
    Direction.IN: pb.CODE_DIRECTION_IN,
    Direction.OUT: pb.CODE_DIRECTION_OUT,
    Direction.BOTH: pb.CODE_DIRECTION_BOTH,
}


async def put_plant(plant: str, zone: str) -> None:
    """A plant, in the ambient unit of work of erp."""
    await put(wire.PLANTS, [pb.Plant(plant=plant, time_zone=zone, version=1)])


async def put_codes(system: str, codes: Iterable[Code]) -> None:
    """What a system's codes mean, in the ambient unit of work of erp."""
    await put(wire.CODES, [code_mapping(system, code) for code in codes])


async def put_items(items: Mapping[str, Measures]) -> None:
    """Items and what they are counted in, in the ambient unit of work of mes or wms."""
    await put(ITEMS, [item(item_no, measures) for item_no, measures in items.items()])


async def put_lot(goods: ItemLot, *ratios: Ratio, version: int = 1, retired: bool = False) -> None:
    """What one lot was measured at, or is not any more, in the ambient unit of work."""
    told: list[dict[str, Any]] = [
        {"from": source, "to": target, "numerator": one.numerator, "denominator": one.denominator}
        for source, target, one in ratios
    ]
    await put(
        LOTS,
        [
            LotConversion(
                item_no=goods.item_no, lot_no=goods.lot_no, version=version, retired=retired, **one
            )
            for one in told
        ],
    )


def item(item_no: str, measures: Measures) -> pb.Item:
    """As reference tells it."""
    conversions = [_conversion(*own) for own in measures.own]
    return pb.Item(
        item_no=item_no,
        base_unit=measures.base,
        type=pb.ITEM_TYPE_RAW,
        conversions=conversions,
        version=1,
    )


def code_mapping(system: str, code: Code) -> pb.CodeMapping:
    """As reference tells it."""
    return pb.CodeMapping(
        code=pb.Code(domain=code.kind, system=system, plant=code.plant, code=code.code),
        canonical=code.canonical,
        mapping_version=code.version,
        status=pb.CODE_STATUS_DRAFT if code.is_draft else pb.CODE_STATUS_APPROVED,
        valid_from=write_moment(code.valid_from),
        valid_to=write_moment(code.valid_to),
        replaces=code.replaces,
        direction=_DIRECTIONS[code.direction],
    )


async def no_owner(_: Mapping[Any, str]) -> None:
    """What is not known here stays unknown."""


def _conversion(source: str, target: str, ratio: Fraction) -> pb.UnitConversion:
    given: dict[str, Any] = {"from": source, "to": target}
    return pb.UnitConversion(**given, numerator=ratio.numerator, denominator=ratio.denominator)
