"""Flows of which something was refused, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from services.kit.paging import Page
from services.kit.store import current_work
from services.process.domain.refusal import Refusal, Until
from services.process.domain.stuck import StuckFlow, StuckStep

# Spelt as the partial indexes are, so that years of settled ones cost nothing. A hold's plant is in
# what was ordered, or in the lot that came to fall under it.
_REFUSED = """
SELECT flow, plant, at, kind, reference, until, code, field, reason, refused_at FROM (
  SELECT flow, CASE WHEN starts_with(flow, 'order/') THEN split_part(flow, '/', 2)
      ELSE coalesce(content->>'plant', content->'lot'->>0, '') END AS plant,
    'process' AS at, kind, id AS reference, until, code, field, reason, refused_at
    FROM fact WHERE state <> 'done' AND state = 'refused'
  UNION ALL
  SELECT flow, split_part(flow, '/', 2), at, kind, reference, until, code, field, reason, refused_at
    FROM effect WHERE state <> 'done' AND state = 'refused') r"""


class SqlStuckFlows:
    """ports.stuck.StuckFlows."""

    async def page(
        self, plants: Collection[str] | None, code: str, page: Page
    ) -> Sequence[StuckFlow]:
        """Two queries: the names, then what was refused of each."""
        [after] = page.after or ("",)
        known = None if plants is None else list(plants)
        rows = await current_work().sql(
            f"SELECT DISTINCT flow FROM ({_REFUSED}) r WHERE until = 'person'"
            " AND (%s::text[] IS NULL OR plant = ANY(%s)) AND (%s = '' OR code = %s)"
            " AND flow > %s ORDER BY flow LIMIT %s",
            (known, known, code, code, after, page.limit),
        )
        return await self.get([flow for (flow,) in rows])

    async def get(self, flows: Collection[str]) -> Sequence[StuckFlow]:
        """By name."""
        rows = await current_work().sql(
            f"{_REFUSED} WHERE flow = ANY(%s) ORDER BY flow, refused_at", (list(flows),)
        )
        found: defaultdict[tuple[str, str], list[StuckStep]] = defaultdict(list)
        for flow, plant, at, kind, reference, until, code, field, reason, since in rows:
            refusal = Refusal(Until(until), code, field, reason)
            found[flow, plant].append(StuckStep(at, kind, reference, refusal, since))
        return [StuckFlow(flow, plant, tuple(steps)) for (flow, plant), steps in found.items()]
