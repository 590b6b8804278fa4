"""The inspector: accepts what is submitted, but for the lots that the shift has other plans for."""

from collections.abc import Sequence
from decimal import Decimal

from plantmesh.common.v1 import page_pb2
from plantmesh.quality.v1 import quality_pb2 as pb

from tools.demo.crew import Crew, quantity
from tools.demo.shift import PIECES, PLANT, Shift, Verdict

_MANY = 200


class Inspector:
    """Looks at what waits for her, a round at a time."""

    def __init__(self, crew: Crew, shift: Shift) -> None:
        self._crew = crew
        self._shift = shift

    async def round(self) -> None:
        """Decide all that can be decided now."""
        for one in await self.inspections():
            if parts := self._due(one):
                await self.decide(one, *parts)

    async def inspections(self) -> list[pb.Inspection]:
        """Of the whole plant, oldest first."""
        page = page_pb2.PageRequest(size=_MANY)
        request = pb.ListInspectionsRequest(plant=PLANT, page=page)
        return list((await self._crew.inspections.ListInspections(request)).inspections)

    async def find(self, lot: str) -> pb.Inspection | None:
        """Of one lot."""
        found = [one for one in await self.inspections() if one.lot.lot_no == lot]
        return found[0] if found else None

    async def decide(self, inspection: pb.Inspection, *parts: Verdict) -> None:
        """The next parts of an inspection."""
        first = len(inspection.dispositions) + 1
        decisions = [
            pb.InspectionDecision(
                inspection_no=inspection.inspection_no,
                disposition=pb.Disposition(
                    split_no=split, outcome=outcome, quantity=quantity(amount, PIECES)
                ),
            )
            for split, (outcome, amount) in enumerate(parts, start=first)
        ]
        key = f"{inspection.inspection_no}/{first}/{inspection.submitted.value}"
        await self._crew.inspections.DecideInspections(
            pb.DecideInspectionsRequest(idempotency_key=key, decisions=decisions)
        )

    def _due(self, one: pb.Inspection) -> Sequence[Verdict]:
        lot, shift = one.lot.lot_no, self._shift
        submitted, decided = Decimal(one.submitted.value), Decimal(one.decided.value)
        if lot in (shift.held, shift.undecided) or submitted == decided:
            return ()
        if lot not in shift.verdicts:
            return ((pb.OUTCOME_ACCEPT, submitted - decided),)
        return shift.verdicts[lot] if submitted == shift.lot(lot) else ()
