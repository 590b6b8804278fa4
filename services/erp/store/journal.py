"""The journal in PostgreSQL: tables that take rows and give none back, a statement a batch."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any

from services.erp.domain.booking import Role
from services.erp.domain.entry import Entry, EntryKey, EntryKind, Line
from services.erp.domain.goods import MovementKey
from services.erp.domain.keys import OrderKey
from services.erp.domain.money import Money
from services.erp.domain.posting import Kind
from services.erp.domain.settlement import Account, OrderValue, Scrapped
from services.erp.domain.stock_value import StockKey, StockValue
from services.erp.store.postings import SqlPostings
from services.kit.audit import made
from services.kit.checkpoint import reach
from services.kit.errors import ConflictError
from services.kit.lanes.entry import State
from services.kit.store import Row, current_work

COLUMNS = (
    "e.id, e.plant, e.kind, e.reference, e.business_date, e.currency, e.order_no, e.reverses,"
    " e.text, l.plant, l.account, l.role, l.amount, l.exact, l.item_no, l.quantity"
)
_ADD = """
    WITH added AS (
      INSERT INTO journal_entry (plant, kind, reference, business_date, currency, order_no,
          reverses, text)
      SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[],
          %s::text[], %s::text[])
      ON CONFLICT DO NOTHING RETURNING id, plant, kind, reference), lines AS (
      INSERT INTO journal_line (entry, line, plant, account, role, amount, exact, item_no, quantity)
      SELECT a.id, t.line, t.at, t.account, t.role, t.amount, t.exact, t.item_no, t.quantity
      FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[],
          %s::bigint[], %s::numeric[], %s::text[], %s::numeric[])
        AS t(plant, kind, reference, line, at, account, role, amount, exact, item_no, quantity)
      JOIN added a USING (plant, kind, reference))
    SELECT count(*) FROM added
"""


class SqlJournal:
    """ports.accounting.Journal."""

    async def lock_orders(self, orders: Collection[OrderKey]) -> None:
        """By the lock that SqlOrders takes, in the order of the key."""
        if orders:
            await current_work().sql(
                "SELECT pg_advisory_xact_lock(hashtextextended(key, 0))"
                " FROM unnest(%s::text[]) AS key",
                (sorted(map(str, orders)),),
            )

    async def waiting(self, keys: Collection[MovementKey]) -> set[MovementKey]:
        """Those that are parked."""
        rows = await current_work().sql(
            "SELECT plant, reference FROM parked_document"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, reference) USING (plant, reference)"
            " WHERE kind = 'movement'",
            columns(keys, 2),
        )
        return {MovementKey(*row) for row in rows}

    async def find(self, keys: Collection[MovementKey]) -> Mapping[MovementKey, Entry]:
        """Movements that were booked."""
        rows = await current_work().sql(
            f"SELECT {COLUMNS} FROM journal_entry e"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, reference) USING (plant, reference)"
            " LEFT JOIN journal_line l ON l.entry = e.id WHERE e.kind = 'movement'"
            " ORDER BY e.id, l.line",
            columns(keys, 2),
        )
        found = (entry for _, entry in read_entries(rows))
        return {MovementKey(one.key.plant, one.key.reference): one for one in found}

    async def stock(self, keys: Collection[StockKey]) -> dict[StockKey, StockValue]:
        """Locked in the order of the key, rows made for what is not there."""
        work, wanted = current_work(), columns(sorted(keys), 4)
        if not keys:
            return {}
        await work.sql(
            "INSERT INTO stock_value SELECT t.*, 0, 0, 0, '-infinity' FROM unnest(%s::text[],"
            " %s::text[], %s::text[], %s::text[]) AS t ON CONFLICT DO NOTHING",
            wanted,
        )
        rows = await work.sql(
            "SELECT plant, item_no, account, currency, quantity, exact, posted,"
            " nullif(cost_from, '-infinity') FROM stock_value JOIN unnest(%s::text[], %s::text[],"
            "  %s::text[], %s::text[]) AS t(plant, item_no, account, currency)"
            "  USING (plant, item_no, account, currency)"
            " ORDER BY plant, item_no, account, currency FOR UPDATE OF stock_value",
            wanted,
        )
        return {
            StockKey(*key): StockValue(
                Fraction(quantity), Fraction(exact), posted, cost_from or date.min
            )
            for *key, quantity, exact, posted, cost_from in rows
        }

    async def orders(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, OrderValue]:
        """Folded from the lines."""
        rows = await current_work().sql(
            "SELECT e.plant, e.order_no, l.role, l.account, e.currency, sum(l.amount)::bigint,"
            "  sum(l.exact), count(DISTINCT e.id) FILTER (WHERE e.kind = 'settlement')"
            " FROM journal_entry e JOIN unnest(%s::text[], %s::text[]) AS k(plant, order_no)"
            "  USING (plant, order_no) JOIN journal_line l ON l.entry = e.id"
            " WHERE l.role = 'wip' OR e.kind = 'settlement' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2",
            columns([(key.plant, key.order_no) for key in orders], 2),
        )
        accounts: defaultdict[OrderKey, dict[Account, tuple[int, Fraction]]] = defaultdict(dict)
        settled: defaultdict[OrderKey, int] = defaultdict(int)
        for plant, order_no, role, account, currency, amount, exact, settlements in rows:
            order = OrderKey(plant, order_no)
            accounts[order][Account(Role(role), account, currency)] = amount, Fraction(exact)
            settled[order] = max(settled[order], settlements)
        return {order: OrderValue(held, settled[order]) for order, held in accounts.items()}

    async def closed(self, orders: Collection[OrderKey]) -> set[OrderKey]:
        """Those that their ERP has closed or cancelled."""
        rows = await current_work().sql(
            "SELECT plant, order_no FROM production_order"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, order_no) USING (plant, order_no)"
            " WHERE lifecycle IN ('closed', 'cancelled')",
            columns([(key.plant, key.order_no) for key in orders], 2),
        )
        return {OrderKey(*row) for row in rows}

    async def scrapped(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Sequence[Scrapped]]:
        """By the postings that were accepted, whether or not their ERP has them yet.

        What has a lot was in stock: the warehouse's movement books it as scrap.
        """
        records = await SqlPostings().of_orders(orders) if orders else ()
        standing = [
            (one.order, one.posting)
            for one in records
            if one.posting and one.state is not State.SKIPPED
        ]
        gone = {(order, posting.reverses) for order, posting in standing}
        found: defaultdict[OrderKey, list[Scrapped]] = defaultdict(list)
        for order, posting in standing:
            if posting.kind is Kind.SCRAP and (order, posting.reference) not in gone:
                found[order] += [
                    Scrapped(line.item_no, line.quantity)
                    for line in posting.lines
                    if not line.lot_no
                ]
        return found

    async def add(self, entries: Sequence[Entry], values: Mapping[StockKey, StockValue]) -> None:
        """In two statements."""
        work = current_work()
        if entries:
            lines = [
                (*one.key, number, *_line_row(line))
                for one in entries
                for number, line in enumerate(one.lines)
            ]
            [(added,)] = await work.sql(
                _ADD, (*columns(map(_entry_row, entries), 8), *columns(lines, 11))
            )
            if added != len(entries):
                raise ConflictError("somebody books the same this very moment", field="reference")
            settled = [one for one in entries if one.key.kind is EntryKind.SETTLEMENT]
            for one in settled:
                made("settlement", f"{one.key.plant}/{one.key.reference}", _audited(one))
            if settled:
                reach("money.settled")
            reach("money.booked")
        if values:
            await work.sql(
                "UPDATE stock_value AS s SET quantity = t.quantity, exact = t.exact,"
                "  posted = t.posted, cost_from = coalesce(t.cost_from, '-infinity')"
                " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[],"
                "  %s::numeric[], %s::bigint[], %s::date[]) AS t(plant, item_no, account, currency,"
                "  quantity, exact, posted, cost_from)"
                " WHERE (s.plant, s.item_no, s.account, s.currency)"
                "  = (t.plant, t.item_no, t.account, t.currency)",
                columns([(*key, *_value_row(now)) for key, now in values.items()], 8),
            )


def columns(rows: Iterable[Sequence[Any]], width: int) -> tuple[list[Any], ...]:
    """Rows for unnest."""
    found = list(zip(*rows, strict=True))
    return tuple(list(column) for column in found) if found else tuple([] for _ in range(width))


def read_entries(rows: Iterable[Row]) -> list[tuple[int, Entry]]:
    """By number, each with its lines; rows as COLUMNS, those of an entry together."""
    lines: dict[int, list[Line]] = {}
    heads: dict[int, Row] = {}
    for row in rows:
        no, currency = row[0], row[5]
        heads[no] = row
        kept = lines.setdefault(no, [])
        plant, account, role, amount, exact, item_no, quantity = row[9:16]
        if account is not None:
            money, worth = Money(amount, currency), Fraction(exact)
            kept.append(Line(plant, account, Role(role), money, worth, item_no, Fraction(quantity)))
    return [(no, _entry(row, lines[no])) for no, row in heads.items()]


def _entry(row: Row, lines: Sequence[Line]) -> Entry:
    _, plant, kind, reference, day, _, order_no, reverses, text = row[:9]
    order = OrderKey(plant, order_no) if order_no else None
    key = EntryKey(plant, EntryKind(kind), reference)
    return Entry(key, day, tuple(lines), order, reverses, text)


def _entry_row(entry: Entry) -> tuple[Any, ...]:
    order_no = entry.order.order_no if entry.order else ""
    return (
        *entry.key, entry.business_date, entry.currency, order_no, entry.reverses, entry.text,
    )  # fmt: skip


def _audited(entry: Entry) -> dict[str, str]:
    """What was settled; what it cost stays in the journal alone, held to this digest of it."""
    lines = ";".join(f"{one.plant}/{one.account}/{one.amount.minor}" for one in entry.lines)
    return {
        "order_no": entry.order.order_no if entry.order else "",
        "business_date": entry.business_date.isoformat(),
        "lines_sha256": sha256(lines.encode()).hexdigest(),
    }


def _line_row(line: Line) -> tuple[Any, ...]:
    return (
        line.plant,
        line.account,
        line.role,
        line.amount.minor,
        _decimal(line.exact, 12),
        line.item_no,
        _decimal(line.quantity, 24),
    )


def _value_row(now: StockValue) -> tuple[Any, ...]:
    since = None if now.cost_from == date.min else now.cost_from
    return _decimal(now.quantity, 24), _decimal(now.exact, 12), now.posted, since


def _decimal(value: Fraction, decimals: int) -> Decimal:
    return Decimal(f"{round(value * 10**decimals)}E-{decimals}")
