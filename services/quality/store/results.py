"""Results in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from services.kit.audit import made
from services.kit.clock import Instant
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.quality.domain.inspection import Inspection
from services.quality.domain.result import Point, Result

_SELECT = (
    "SELECT id, characteristic, sample, version, value, unit, passed, measured_at,"
    " offset_minutes, instrument, reason, recorded_by, recorded_at FROM result"
)


class SqlResults:
    """ports.Results."""

    async def find(
        self, inspection: Inspection, points: Collection[Point]
    ) -> dict[Point, list[Result]]:
        """By version."""
        rows = await current_work().sql(
            f"{_SELECT} WHERE inspection_id = %s AND (characteristic, sample) IN"
            " (SELECT * FROM unnest(%s::text[], %s::text[])) ORDER BY version",
            (inspection.id, [p.characteristic for p in points], [p.sample for p in points]),
        )
        found: defaultdict[Point, list[Result]] = defaultdict(list)
        for _, *row in rows:
            result = _result(*row)
            found[result.point].append(result)
        return dict(found)

    async def add(self, inspection: Inspection, results: Sequence[Result]) -> None:
        """In their order."""
        for one in results:
            name = f"{inspection.lot}/{inspection.no}/{one.characteristic}/{one.sample}"
            made("inspection_result", f"{name}/{one.version}", one, reason=one.reason)
        await current_work().sql(
            "INSERT INTO result (inspection_id, characteristic, sample, version, value, unit,"
            " passed, measured_at, offset_minutes, instrument, reason, recorded_by, recorded_at)"
            " SELECT %s, c, s, v, q, u, p, m, o, i, r, b, a FROM unnest(%s::text[], %s::text[],"
            " %s::int[], %s::numeric[], %s::text[], %s::boolean[], %s::timestamptz[], %s::int[],"
            " %s::text[], %s::text[], %s::text[], %s::timestamptz[])"
            " WITH ORDINALITY AS n(c, s, v, q, u, p, m, o, i, r, b, a, place) ORDER BY place",
            (
                inspection.id,
                [one.characteristic for one in results],
                [one.sample for one in results],
                [one.version for one in results],
                [one.value.value for one in results],
                [one.value.unit for one in results],
                [one.passed for one in results],
                [one.measured_at.moment for one in results],
                [one.measured_at.offset_minutes for one in results],
                [one.instrument for one in results],
                [one.reason for one in results],
                [one.by for one in results],
                [one.at for one in results],
            ),
        )

    async def page(self, inspection: Inspection, page: Page) -> Sequence[tuple[int, Result]]:
        """By id."""
        [after] = page.after or (0,)
        rows = await current_work().sql(
            f"{_SELECT} WHERE inspection_id = %s AND id > %s ORDER BY id LIMIT %s",
            (inspection.id, after, page.limit),
        )
        return [(id, _result(*row)) for id, *row in rows]


def _result(*row: Any) -> Result:
    characteristic, sample, version, value, unit, passed, moment, offset, *rest = row
    quantity, measured_at = Quantity(value, unit), Instant(moment, offset)
    return Result(characteristic, sample, version, quantity, passed, measured_at, *rest)
