"""What postings were rounded to; a posting that is tried again is rounded as before."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from services.erp.domain.posting import Posting
from services.erp.domain.rounding import Measured, Share
from services.kit.store import current_work

# A document that was taken back, or never made, counts for nothing. One of nothing was wanted.
_COUNTS = (
    "NOT EXISTS (SELECT 1 FROM lane_entry e WHERE e.system = r.system AND r.posted <> 0"
    "  AND e.reference = r.reference AND e.state = 'skipped')"
    " AND (r.reversed_by = '' OR EXISTS (SELECT 1 FROM lane_entry e WHERE e.system = r.system"
    "  AND e.reference = r.reversed_by AND e.state = 'skipped'))"
)


class SqlRounding:
    """Over the table posting_rounding; the lane writes an order's postings one after another."""

    async def before(
        self, system: str, posting: Posting, measured: Collection[Measured]
    ) -> Mapping[Measured, tuple[Decimal, Decimal]]:
        """Wanted and posted by the order's other postings of this kind."""
        rows = await current_work().sql(
            "SELECT r.item_no, r.unit, sum(r.exact), sum(r.posted) FROM posting_rounding r"
            " JOIN unnest(%s::text[], %s::text[]) AS t(item_no, unit) USING (item_no, unit)"
            " WHERE r.system = %s AND r.key = %s AND r.kind = %s AND r.reference <> %s"
            f" AND {_COUNTS}"
            " GROUP BY r.item_no, r.unit",
            (
                [item_no for item_no, _ in measured],
                [unit for _, unit in measured],
                *(system, str(posting.order), posting.kind, posting.reference),
            ),
        )
        return {(item_no, unit): (exact, posted) for item_no, unit, exact, posted in rows}

    async def of(self, system: str, reference: str) -> Sequence[Share]:
        """What this posting was rounded to, by line."""
        rows = await current_work().sql(
            "SELECT line, item_no, unit, exact, posted FROM posting_rounding"
            " WHERE system = %s AND reference = %s ORDER BY line",
            (system, reference),
        )
        return [Share(*row) for row in rows]

    async def put(self, system: str, posting: Posting, shares: Sequence[Share]) -> None:
        """Instead of what stood there: a person has mended it."""
        work = current_work()
        await work.sql(
            "DELETE FROM posting_rounding WHERE system = %s AND reference = %s",
            (system, posting.reference),
        )
        await work.sql(
            "INSERT INTO posting_rounding"
            " (system, reference, key, kind, line, item_no, unit, exact, posted)"
            " SELECT %s, %s, %s, %s, t.*"
            " FROM unnest(%s::int[], %s::text[], %s::text[], %s::numeric[], %s::numeric[]) AS t",
            (
                *(system, posting.reference, str(posting.order), posting.kind),
                [one.line for one in shares],
                [one.item_no for one in shares],
                [one.unit for one in shares],
                [one.exact for one in shares],
                [one.posted for one in shares],
            ),
        )

    async def take_back(self, system: str, reference: str, by: str) -> None:
        """Forget what was posted under `reference`, unless the reversal is skipped."""
        await current_work().sql(
            "UPDATE posting_rounding SET reversed_by = %s WHERE system = %s AND reference = %s",
            (by, system, reference),
        )
