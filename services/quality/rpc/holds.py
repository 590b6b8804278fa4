"""HoldService v1; see quality.proto."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.quality.v1 import quality_pb2 as _pb
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceServicer

from services.kit.access.policy import visible_plants
from services.kit.wire import read_page, write_page
from services.quality import policy, wire
from services.quality.application.find import (
    list_hold_lots,
    list_holds,
    listing_of_holds,
    listing_of_lots,
    require_hold,
)
from services.quality.application.place_holds import names_of, place_holds
from services.quality.application.release_holds import release_holds
from services.quality.application.report_holds import report_holds
from services.quality.domain.scope import Name
from services.quality.ports import Books
from services.quality.rpc.desk import Desk

Context = ServicerContext[Any, Any]
LookUp = Callable[[Mapping[Name, str]], Awaitable[None]]
"""Makes what scopes name known here before the unit of work, by the field that names it."""


class HoldServicer(HoldServiceServicer):
    """Thin: who may, what was said, the use case, the answer."""

    def __init__(self, desk: Desk, look_up: LookUp) -> None:
        self._desk = desk
        self._look_up = look_up

    async def PlaceHolds(  # noqa: N802 - named by the proto
        self, request: _pb.PlaceHoldsRequest, context: Context
    ) -> _pb.PlaceHoldsResponse:
        """Stop lots, or what falls under a scope."""
        principal = policy.may_decide([one.plant for one in request.holds], "holds[{}].plant")
        orders = wire.read_hold_orders(request.holds)
        await self._look_up(names_of(orders))

        async def effect(books: Books) -> _pb.PlaceHoldsResponse:
            holds = await place_holds(books, orders, by=principal.actor)
            return _pb.PlaceHoldsResponse(holds=wire.write_holds(holds))

        return await self._desk.once(principal, request, effect)

    async def ReleaseHolds(  # noqa: N802 - named by the proto
        self, request: _pb.ReleaseHoldsRequest, context: Context
    ) -> _pb.ReleaseHoldsResponse:
        """Let lots go again."""
        nos = list(request.hold_nos)
        principal = policy.may_decide(await self._desk.plants_of_holds(nos), "hold_nos[{}]")

        async def effect(books: Books) -> _pb.ReleaseHoldsResponse:
            by = principal.actor
            holds = await release_holds(books, nos, reason=request.reason, by=by)
            return _pb.ReleaseHoldsResponse(holds=wire.write_holds(holds))

        return await self._desk.once(principal, request, effect)

    async def ReportHolds(  # noqa: N802 - named by the proto
        self, request: _pb.ReportHoldsRequest, context: Context
    ) -> _pb.ReportHoldsResponse:
        """How far holds have come."""
        nos = [one.hold_no for one in request.reports]
        plants = await self._desk.plants_of_holds(nos)
        principal = policy.may_report(plants, "reports[{}].hold_no")
        for place, one in enumerate(request.reports):
            policy.may_report([lot.plant for lot in one.lots], f"reports[{place}].lots[{{}}].plant")
        reports = wire.read_reports(request.reports)

        async def effect(books: Books) -> _pb.ReportHoldsResponse:
            return _pb.ReportHoldsResponse(
                holds=wire.write_holds(await report_holds(books, reports))
            )

        return await self._desk.once(principal, request, effect)

    async def BatchGetHolds(  # noqa: N802 - named by the proto
        self, request: _pb.BatchGetHoldsRequest, context: Context
    ) -> _pb.BatchGetHoldsResponse:
        """Holds by number, in the order asked for."""
        nos = list(request.hold_nos)
        found = await self._desk.read(lambda books: books.holds.get(nos))
        plants = [found[no].order.plant if no in found else None for no in nos]
        policy.may_read(plants, "hold_nos[{}]")
        wanted = dict.fromkeys(nos)
        return _pb.BatchGetHoldsResponse(
            holds=wire.write_holds(found[no] for no in wanted if no in found),
            missing=[no for no in wanted if no not in found],
        )

    async def ListHolds(  # noqa: N802 - named by the proto
        self, request: _pb.ListHoldsRequest, context: Context
    ) -> _pb.ListHoldsResponse:
        """A plant's holds, a page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_holds(request.plant))
        cut = await self._desk.read(lambda books: list_holds(books, request.plant, page))
        return _pb.ListHoldsResponse(holds=wire.write_holds(cut.rows), page=write_page(cut))

    async def ListHoldLots(  # noqa: N802 - named by the proto
        self, request: _pb.ListHoldLotsRequest, context: Context
    ) -> _pb.ListHoldLotsResponse:
        """The lots a hold covers, a page at a time."""
        no = request.hold_no
        principal = policy.may_read(await self._desk.plants_of_holds([no]), "hold_no")
        plants = visible_plants(principal)
        page = read_page(request.page, listing_of_lots(no))

        async def look(books: Books) -> _pb.ListHoldLotsResponse:
            require_hold(await books.holds.get([no]), no)
            cut = await list_hold_lots(books, no, page, plants)
            return _pb.ListHoldLotsResponse(
                lots=[wire.write_lot_key(lot) for lot in cut.rows], page=write_page(cut)
            )

        return await self._desk.read(look)
