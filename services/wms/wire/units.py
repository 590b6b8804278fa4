"""Handling units."""

from collections.abc import Iterable

from plantmesh.wms.v1 import handling_units_pb2 as pb

from services.kit.errors import located
from services.kit.wire import read_instant
from services.wms.application import build_units, command_units
from services.wms.domain.handling_unit import Command
from services.wms.ports import PackedUnit
from services.wms.wire.movements import read_destination
from services.wms.wire.stock import write_balance

_COMMAND = "HANDLING_UNIT_COMMAND_"


def read_unit_orders(messages: Iterable[pb.HandlingUnitOrder]) -> list[build_units.Order]:
    """Their rules are checked by the use case."""
    return [build_units.Order(one.sscc, one.plant, one.location, one.type) for one in messages]


def read_unit_commands(
    messages: Iterable[pb.CommandedHandlingUnit],
) -> list[command_units.Order]:
    """Raises InvalidError naming `commands[i]` and the field."""
    orders = []
    for position, one in enumerate(messages):
        with located(f"commands[{position}]"):
            orders.append(
                command_units.Order(
                    sscc=one.sscc,
                    command=Command[
                        pb.HandlingUnitCommand.Name(one.command).removeprefix(_COMMAND)
                    ],
                    reference=one.reference,
                    occurred_at=read_instant(one.occurred_at, field="occurred_at"),
                    to_location=one.to_location,
                    parent=one.parent,
                    delivery_no=one.delivery_no,
                    to_plant=one.to_plant,
                    destination=read_destination(one.shipped_to),
                )
            )
    return orders


def write_unit(packed: PackedUnit) -> pb.HandlingUnit:
    """The unit, with what is in it."""
    unit = packed.unit
    message = pb.HandlingUnit(
        sscc=unit.sscc,
        plant=unit.plant,
        location=unit.location,
        type=unit.type,
        parent=unit.parent,
        state=pb.HandlingUnitState.Value(f"HANDLING_UNIT_STATE_{unit.state.name}"),
        contents=map(write_balance, packed.contents),
        delivery_no=unit.delivery_no,
    )
    message.as_of.FromDatetime(unit.as_of)
    return message
