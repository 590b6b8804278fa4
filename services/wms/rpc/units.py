"""Handling units over gRPC."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.wms.v1 import handling_units_pb2 as pb
from plantmesh.wms.v1.handling_units_pb2_grpc import HandlingUnitServiceServicer

from services.kit.access.policy import may_enter
from services.kit.wire import read_page, write_page
from services.wms import policy, wire
from services.wms.application.build_units import build_units
from services.wms.application.command_units import command_units
from services.wms.application.read_units import list_units, listing_of_units, look_up_units
from services.wms.ports import Books
from services.wms.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class HandlingUnitServicer(HandlingUnitServiceServicer):
    """HandlingUnitService v1; see handling_units.proto."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def BuildHandlingUnits(  # noqa: N802 - named by the proto
        self, request: pb.BuildHandlingUnitsRequest, context: Context
    ) -> pb.BuildHandlingUnitsResponse:
        """New ones, all or none."""
        principal = policy.may_move([one.plant for one in request.units], "units[{}].plant")
        orders = wire.read_unit_orders(request.units)

        async def effect(books: Books) -> pb.BuildHandlingUnitsResponse:
            made = await build_units(books, orders, self._desk.prefixes)
            return pb.BuildHandlingUnitsResponse(units=map(wire.write_unit, made))

        return await self._desk.once(principal, request, effect)

    async def CommandHandlingUnits(  # noqa: N802 - named by the proto
        self, request: pb.CommandHandlingUnitsRequest, context: Context
    ) -> pb.CommandHandlingUnitsResponse:
        """Commands, all or none; units of foreign plants are as if there were none."""
        targets = [one.to_plant for one in request.commands if one.to_plant]
        principal = policy.may_move(targets, "commands[{}].to_plant")
        orders = wire.read_unit_commands(request.commands)

        def sees(plant: str) -> bool:
            return may_enter(principal, plant)

        async def effect(books: Books) -> pb.CommandHandlingUnitsResponse:
            packed = await command_units(books, orders, sees=sees)
            return pb.CommandHandlingUnitsResponse(units=map(wire.write_unit, packed))

        return await self._desk.once(principal, request, effect)

    async def BatchGetHandlingUnits(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetHandlingUnitsRequest, context: Context
    ) -> pb.BatchGetHandlingUnitsResponse:
        """By SSCC, in the order asked for, each once; those of foreign plants are missing."""
        principal = policy.may_read([], "")
        ssccs = list(dict.fromkeys(request.ssccs))
        found = await self._desk.read(lambda books: look_up_units(books, ssccs))
        seen = {sscc: one for sscc, one in found.items() if may_enter(principal, one.unit.plant)}
        return pb.BatchGetHandlingUnitsResponse(
            units=[wire.write_unit(seen[sscc]) for sscc in ssccs if sscc in seen],
            missing=[sscc for sscc in ssccs if sscc not in seen],
        )

    async def ListHandlingUnits(  # noqa: N802 - named by the proto
        self, request: pb.ListHandlingUnitsRequest, context: Context
    ) -> pb.ListHandlingUnitsResponse:
        """A page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_units(request.plant))
        cut = await self._desk.read(lambda books: list_units(books, request.plant, page))
        return pb.ListHandlingUnitsResponse(
            units=map(wire.write_unit, cut.rows), page=write_page(cut)
        )
