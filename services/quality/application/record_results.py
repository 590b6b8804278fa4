"""Use case: an analyst records what was measured."""

from collections.abc import Sequence

from services.kit.errors import located
from services.quality.application.find import require_inspection
from services.quality.domain.events import InspectionChanged
from services.quality.domain.inspection import Inspection
from services.quality.domain.result import Result, follows
from services.quality.ports import Books


async def record_results(books: Books, no: str, results: Sequence[Result]) -> Inspection:
    """Add results, all or none; those that are known change nothing.

    Raises NotFoundError, ConflictError or InvalidError naming `results[i]` and the field.
    """
    inspection = require_inspection(await books.inspections.get([no], lock=True), no)
    known = await books.results.find(inspection, {one.point for one in results})
    fresh: list[tuple[Result, Result | None]] = []
    for position, one in enumerate(results):
        history = known.setdefault(one.point, [])
        with located(f"results[{position}]"):
            if follows(history, one):
                fresh.append((one, history[-1] if history else None))
                history.append(one)
    if fresh:
        for one, corrected in fresh:
            inspection.record(one, corrected, books.clock.now())
        await books.results.add(inspection, [one for one, _ in fresh])
        await books.inspections.save([inspection])
        books.facts.tell(InspectionChanged(inspection))
    return inspection
