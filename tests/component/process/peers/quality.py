"""Quality: inspections, and how far its holds are."""

from collections import defaultdict
from typing import Any

from plantmesh.quality.v1 import quality_pb2, quality_pb2_grpc

from tests.component.process.peers.book import Book, Lot, lot_of


class Inspections(quality_pb2_grpc.InspectionServiceServicer):
    """Quality inspects lots whose number does not begin with `free`."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.submitted: dict[str, str] = {}

    async def OpenInspections(self, request: Any, context: Any) -> Any:  # noqa: N802
        """One inspection a lot."""

        def effect() -> quality_pb2.OpenInspectionsResponse:
            results = []
            for one in request.submissions:
                if one.source in self.book.refused:
                    raise self.book.refused[one.source]
            for one in request.submissions:
                required = not one.lot.lot_no.startswith("free")
                number = f"I-{one.lot.lot_no}" if required else ""
                self.submitted[one.source] = one.quantity.value
                results.append(
                    quality_pb2.SubmissionResult(
                        source=one.source, required=required, inspection_no=number
                    )
                )
            return quality_pb2.OpenInspectionsResponse(results=results)

        return await self.book.once("OpenInspections", request, effect)


class Reports(quality_pb2_grpc.HoldServiceServicer):
    """Quality hears how far its holds are."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.complete: dict[str, int] = {}
        self.lots: defaultdict[str, set[Lot]] = defaultdict(set)

    async def ReportHolds(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Lots add up."""

        def effect() -> quality_pb2.ReportHoldsResponse:
            for one in request.reports:
                self.lots[one.hold_no] |= {lot_of(lot) for lot in one.lots}
                if one.complete:
                    self.complete[one.hold_no] = max(one.version, self.complete.get(one.hold_no, 0))
            return quality_pb2.ReportHoldsResponse()

        return await self.book.once("ReportHolds", request, effect)
