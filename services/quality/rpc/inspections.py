"""InspectionService v1; see quality.proto."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.quality.v1 import quality_pb2 as _pb
from plantmesh.quality.v1.quality_pb2_grpc import InspectionServiceServicer

from services.kit.wire import read_page, write_page
from services.quality import policy, wire
from services.quality.application.command_inspections import command_inspections
from services.quality.application.decide_inspections import decide_inspections
from services.quality.application.find import (
    list_inspections,
    list_results,
    listing_of_inspections,
    listing_of_results,
    lot_quality,
    require_inspection,
)
from services.quality.application.judge_lots import judge_lots
from services.quality.application.open_inspections import items_of, open_inspections
from services.quality.application.record_results import record_results
from services.quality.ports import Books
from services.quality.rpc.desk import Desk

Context = ServicerContext[Any, Any]


class InspectionServicer(InspectionServiceServicer):
    """Thin: who may, what was said, the use case, the answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def OpenInspections(  # noqa: N802 - named by the proto
        self, request: _pb.OpenInspectionsRequest, context: Context
    ) -> _pb.OpenInspectionsResponse:
        """Whether output is to be inspected."""
        plants = [one.lot.plant for one in request.submissions]
        principal = policy.may_report(plants, "submissions[{}].lot.plant")
        submissions = wire.read_submissions(request.submissions)
        await self._desk.learn(items_of(submissions))

        async def effect(books: Books) -> _pb.OpenInspectionsResponse:
            return wire.write_verdicts(await open_inspections(books, submissions))

        return await self._desk.once(principal, request, effect)

    async def RecordResults(  # noqa: N802 - named by the proto
        self, request: _pb.RecordResultsRequest, context: Context
    ) -> _pb.RecordResultsResponse:
        """What was measured."""
        plants = await self._desk.plants_of_inspections([request.inspection_no])
        principal = policy.may_decide(plants, "inspection_no")
        now = self._desk.books.clock.now()
        results = wire.read_results(request.results, by=principal.actor, at=now)

        async def effect(books: Books) -> _pb.RecordResultsResponse:
            inspection = await record_results(books, request.inspection_no, results)
            return _pb.RecordResultsResponse(
                inspection=wire.write_inspection(inspection, whole=True)
            )

        return await self._desk.once(principal, request, effect)

    async def DecideInspections(  # noqa: N802 - named by the proto
        self, request: _pb.DecideInspectionsRequest, context: Context
    ) -> _pb.DecideInspectionsResponse:
        """What becomes of which part."""
        nos = [one.inspection_no for one in request.decisions]
        plants = await self._desk.plants_of_inspections(nos)
        principal = policy.may_decide(plants, "decisions[{}].inspection_no")
        now = self._desk.books.clock.now()
        decisions = wire.read_decisions(request.decisions, by=principal.actor, at=now)

        async def effect(books: Books) -> _pb.DecideInspectionsResponse:
            inspections = await decide_inspections(books, decisions)
            return _pb.DecideInspectionsResponse(inspections=wire.write_inspections(inspections))

        return await self._desk.once(principal, request, effect)

    async def CommandInspections(  # noqa: N802 - named by the proto
        self, request: _pb.CommandInspectionsRequest, context: Context
    ) -> _pb.CommandInspectionsResponse:
        """Move inspections through their lifecycle."""
        nos = [one.inspection_no for one in request.commands]
        plants = await self._desk.plants_of_inspections(nos)
        principal = policy.may_decide(plants, "commands[{}].inspection_no")
        steps = wire.read_steps(request.commands)

        async def effect(books: Books) -> _pb.CommandInspectionsResponse:
            inspections = await command_inspections(books, steps)
            return _pb.CommandInspectionsResponse(inspections=wire.write_inspections(inspections))

        return await self._desk.once(principal, request, effect)

    async def JudgeLots(  # noqa: N802 - named by the proto
        self, request: _pb.JudgeLotsRequest, context: Context
    ) -> _pb.JudgeLotsResponse:
        """People block lots, and release them in pairs."""
        plants = [one.lot.plant for one in request.judgements]
        principal = policy.may_decide(plants, "judgements[{}].lot.plant")
        judgements = wire.read_judgements(request.judgements)

        async def effect(books: Books) -> _pb.JudgeLotsResponse:
            lots = await judge_lots(books, judgements, by=principal.actor)
            return _pb.JudgeLotsResponse(lots=map(wire.write_word, lots))

        return await self._desk.once(principal, request, effect)

    async def BatchGetInspections(  # noqa: N802 - named by the proto
        self, request: _pb.BatchGetInspectionsRequest, context: Context
    ) -> _pb.BatchGetInspectionsResponse:
        """Inspections by number, in the order asked for."""
        nos = list(request.inspection_nos)
        found = await self._desk.read(lambda books: books.inspections.get(nos))
        plants = [found[no].lot.plant if no in found else None for no in nos]
        policy.may_read(plants, "inspection_nos[{}]")
        wanted = dict.fromkeys(nos)
        return _pb.BatchGetInspectionsResponse(
            inspections=wire.write_inspections(found[no] for no in wanted if no in found),
            missing=[no for no in wanted if no not in found],
        )

    async def BatchGetLotQuality(  # noqa: N802 - named by the proto
        self, request: _pb.BatchGetLotQualityRequest, context: Context
    ) -> _pb.BatchGetLotQualityResponse:
        """Status, inspections and holds of lots, in the order asked for."""
        policy.may_read([lot.plant for lot in request.lots], "lots[{}].plant")
        lots = list(dict.fromkeys(wire.read_lot_key(lot) for lot in request.lots))
        found = await self._desk.read(lambda books: lot_quality(books, lots))
        now = self._desk.books.clock.now()
        return _pb.BatchGetLotQualityResponse(
            lots=[wire.write_lot_quality(one, now) for one in found]
        )

    async def ListInspections(  # noqa: N802 - named by the proto
        self, request: _pb.ListInspectionsRequest, context: Context
    ) -> _pb.ListInspectionsResponse:
        """A plant's inspections, a page at a time."""
        policy.may_read([request.plant], "plant")
        page = read_page(request.page, listing_of_inspections(request.plant))
        cut = await self._desk.read(lambda books: list_inspections(books, request.plant, page))
        return _pb.ListInspectionsResponse(
            inspections=wire.write_inspections(cut.rows), page=write_page(cut)
        )

    async def ListResults(  # noqa: N802 - named by the proto
        self, request: _pb.ListResultsRequest, context: Context
    ) -> _pb.ListResultsResponse:
        """An inspection's results, a page at a time."""
        no = request.inspection_no
        policy.may_read(await self._desk.plants_of_inspections([no]), "inspection_no")
        page = read_page(request.page, listing_of_results(no))

        async def look(books: Books) -> _pb.ListResultsResponse:
            inspection = require_inspection(await books.inspections.get([no]), no)
            cut = await list_results(books, inspection, page)
            return _pb.ListResultsResponse(
                results=[wire.write_result(result) for _, result in cut.rows],
                page=write_page(cut),
            )

        return await self._desk.read(look)
