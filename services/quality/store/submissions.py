"""What quality was told of, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection

from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.quality.domain.keys import LotKey, OrderKey, id_of, number_of
from services.quality.domain.submission import Submission, Verdict
from services.quality.store.columns import lot_arrays


class SqlSubmissions:
    """ports.Submissions."""

    async def claim(self, submissions: Collection[Submission]) -> dict[str, Verdict]:
        """Waits for whoever is taking the same source just now."""
        ordered = sorted(submissions, key=lambda one: one.source)
        taken = await current_work().sql(
            "INSERT INTO submission (source, plant, item_no, lot_no, order_no, quantity, unit)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::numeric[], %s::text[]) ON CONFLICT DO NOTHING RETURNING source",
            (
                [one.source for one in ordered],
                *lot_arrays([one.lot for one in ordered]),
                [one.order_no for one in ordered],
                [one.quantity.value for one in ordered],
                [one.quantity.unit for one in ordered],
            ),
        )
        fresh = {source for (source,) in taken}
        known = [one.source for one in ordered if one.source not in fresh]
        return await self._find(known) if known else {}

    async def judge(self, verdicts: Collection[Verdict]) -> None:
        """On the rows just inserted."""
        await current_work().sql(
            "UPDATE submission s SET inspection_id = v.inspection_id, item_version = v.version"
            " FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
            " AS v(source, inspection_id, version) WHERE s.source = v.source",
            (
                [one.submission.source for one in verdicts],
                [id_of(one.inspection_no) for one in verdicts],
                [one.item_version for one in verdicts],
            ),
        )

    async def excused(self, lots: Collection[LotKey]) -> set[LotKey]:
        """By an index of those alone."""
        rows = await current_work().sql(
            "SELECT k.* FROM unnest(%s::text[], %s::text[], %s::text[])"
            " AS k(plant, item_no, lot_no) WHERE EXISTS (SELECT FROM submission s"
            " WHERE (s.plant, s.item_no, s.lot_no) = (k.plant, k.item_no, k.lot_no)"
            " AND s.inspection_id IS NULL)",
            lot_arrays(lots),
        )
        return {LotKey(*row) for row in rows}

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """By an index of the orders."""
        rows = await current_work().sql(
            "SELECT DISTINCT plant, order_no, item_no, lot_no FROM submission"
            " WHERE (plant, order_no) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            ([one.plant for one in orders], [one.order_no for one in orders]),
        )
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for plant, order_no, *lot in rows:
            found[OrderKey(plant, order_no)].add(LotKey(plant, *lot))
        return dict(found)

    async def _find(self, sources: Collection[str]) -> dict[str, Verdict]:
        rows = await current_work().sql(
            "SELECT source, plant, item_no, lot_no, order_no, quantity, unit, inspection_id,"
            " item_version FROM submission WHERE source = ANY(%s)",
            (list(sources),),
        )
        return {
            source: Verdict(
                Submission(source, LotKey(*lot), order_no, Quantity(quantity, unit)),
                number_of(id) if id else "",
                version,
            )
            for source, *lot, order_no, quantity, unit, id, version in rows
        }
