"""What people ask of the journal; every figure is the sum of its lines."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from services.erp.domain.keys import OrderKey
from services.erp.domain.stock_value import StockKey
from services.erp.ports.accounting import AccountBalance, Numbered, ParkedDocument, Wanted
from services.erp.store.journal import COLUMNS, columns, read_entries
from services.erp.store.parked import PARKED, read_parked
from services.kit.paging import Cut, Page
from services.kit.store import current_work

_PERIOD = (
    "(%(since)s::date IS NULL OR e.business_date >= %(since)s)"
    " AND (%(until)s::date IS NULL OR e.business_date <= %(until)s)"
)


class SqlReports:
    """ports.accounting.Reports."""

    async def entries(self, wanted: Wanted, page: Page) -> Cut[Numbered]:
        """By number."""
        [after] = page.after or (0,)
        rows = await current_work().sql(
            f"SELECT {COLUMNS}, e.recorded_at FROM (SELECT * FROM journal_entry e"
            f"  WHERE plant = %(plant)s AND id > %(after)s AND {_PERIOD}"
            "   AND (%(order_no)s = '' OR order_no = %(order_no)s)"
            "   AND (%(account)s = '' OR EXISTS (SELECT FROM journal_line l"
            "    WHERE l.entry = e.id AND l.account = %(account)s))"
            "  ORDER BY id LIMIT %(limit)s) AS e"
            " LEFT JOIN journal_line l ON l.entry = e.id ORDER BY e.id, l.line",
            {
                "plant": wanted.plant,
                "order_no": wanted.order_no,
                "account": wanted.account,
                "since": wanted.since,
                "until": wanted.until,
                "after": after,
                "limit": page.limit,
            },
        )
        at = {row[0]: row[-1] for row in rows}
        found = [Numbered(no, entry, at[no]) for no, entry in read_entries(rows)]
        return page.cut(found, lambda one: (one.no,))

    async def trial_balance(
        self, plant: str, since: date | None, until: date | None
    ) -> Sequence[AccountBalance]:
        """By account and role."""
        rows = await current_work().sql(
            "SELECT l.plant, l.account, l.role, e.currency,"
            "  coalesce(sum(l.amount) FILTER (WHERE l.amount > 0), 0)::bigint,"
            "  coalesce(-sum(l.amount) FILTER (WHERE l.amount < 0), 0)::bigint"
            " FROM journal_line l JOIN journal_entry e ON e.id = l.entry"
            f" WHERE l.plant = %(plant)s AND {_PERIOD} GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4",
            {"plant": plant, "since": since, "until": until},
        )
        return [AccountBalance(*row) for row in rows]

    async def waiting(self, plant: str, page: Page) -> Cut[ParkedDocument]:
        """What waits for finance, oldest first."""
        [after] = page.after or (0,)
        rows = await current_work().sql(
            f"{PARKED} WHERE plant = %s AND id > %s ORDER BY id LIMIT %s",
            (plant, after, page.limit),
        )
        return page.cut([read_parked(row) for row in rows], lambda one: (one.id,))

    async def waiting_of(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, int]:
        """How many documents of each order wait."""
        rows = await current_work().sql(
            "SELECT plant, order_no, count(*) FROM parked_document"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, order_no) USING (plant, order_no)"
            " GROUP BY 1, 2",
            columns([(key.plant, key.order_no) for key in orders], 2),
        )
        return {OrderKey(plant, order_no): count for plant, order_no, count in rows}

    async def recount(self) -> Sequence[StockKey]:
        """Stock values that are not the fold of their lines."""
        rows = await current_work().sql(
            "SELECT plant, item_no, account, currency FROM stock_value s FULL JOIN ("
            "  SELECT l.plant, l.item_no, l.account, e.currency, sum(l.quantity) AS folded,"
            "   sum(l.exact) AS worth, sum(l.amount) AS booked"
            "  FROM journal_line l JOIN journal_entry e ON e.id = l.entry"
            "  WHERE l.item_no <> '' GROUP BY 1, 2, 3, 4) AS f"
            " USING (plant, item_no, account, currency)"
            " WHERE (coalesce(s.quantity, 0), coalesce(s.exact, 0), coalesce(s.posted, 0))"
            "  <> (coalesce(f.folded, 0), coalesce(f.worth, 0), coalesce(f.booked, 0))"
            " ORDER BY 1, 2, 3, 4"
        )
        return [StockKey(*row) for row in rows]
