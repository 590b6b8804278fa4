"""Sales and purchase orders in SQL; what changes is told through the outbox in the transaction."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from services.erp import wire
from services.erp.domain.commercial import CommercialOrder, Line
from services.erp.domain.keys import CommercialKey, LotKey, Trade
from services.erp.domain.purchase_state import PurchaseStatus
from services.erp.domain.sales_state import SalesStatus
from services.erp.ports.commercial import LotAllocation
from services.kit.backbone.outbox import emit
from services.kit.paging import Cut, Page
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work

_COLUMNS = (
    "trade, plant, order_no, system, partner, status, version, as_of, lines, currency, reference,"
    " ordered_on"
)
_ALL = f"SELECT {_COLUMNS} FROM commercial_order"
_STATUS: Mapping[str, type[Any]] = {Trade.SALES: SalesStatus, Trade.PURCHASE: PurchaseStatus}
_WALK = 200


class SqlCommercialOrders:
    """ports.commercial.CommercialOrders."""

    async def get_many(
        self, keys: Collection[CommercialKey]
    ) -> Mapping[CommercialKey, CommercialOrder]:
        """Those that exist."""
        rows = await current_work().sql(
            f"{_ALL} JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(t, p, o)"
            " ON trade = t AND plant = p AND order_no = o",
            (
                [key.trade for key in keys],
                [key.plant for key in keys],
                [key.order_no for key in keys],
            ),
        )
        return _by_key(rows)

    async def page(self, trade: Trade, plant: str, page: Page) -> Cut[CommercialOrder]:
        """Orders of a plant by order number."""
        rows = await current_work().sql(
            f"{_ALL} WHERE trade = %s AND plant = %s AND order_no > %s ORDER BY order_no LIMIT %s",
            (trade, plant, page.after[0] if page.after else "", page.limit),
        )
        return page.cut([_read(row) for row in rows], lambda order: (order.key.order_no,))

    async def walk(self, after: CommercialKey | None) -> Sequence[CommercialOrder]:
        """Some hundreds of all orders, by key."""
        place = (after.trade, after.plant, after.order_no) if after else ("", "", "")
        rows = await current_work().sql(
            f"{_ALL} WHERE (trade, plant, order_no) > (%s, %s, %s)"
            " ORDER BY trade, plant, order_no LIMIT %s",
            (*place, _WALK),
        )
        return [_read(row) for row in rows]

    async def lock(self, trade: Trade, order_no: str) -> Mapping[CommercialKey, CommercialOrder]:
        """All plants' orders of this number; a lock on the number covers those that are to come."""
        work = current_work()
        await work.sql(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"{trade}/{order_no}",)
        )
        return _by_key(
            await work.sql(f"{_ALL} WHERE trade = %s AND order_no = %s", (trade, order_no))
        )

    async def put(self, order: CommercialOrder) -> None:
        """Store the order and tell of it, or neither."""
        work, key = current_work(), order.key
        await work.sql(
            f"INSERT INTO commercial_order ({_COLUMNS})"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (trade, plant, order_no) DO UPDATE SET system = excluded.system,"
            "  partner = excluded.partner, status = excluded.status, version = excluded.version,"
            "  as_of = excluded.as_of, lines = excluded.lines, currency = excluded.currency,"
            "  reference = excluded.reference, ordered_on = excluded.ordered_on,"
            "  recorded_at = clock_timestamp()",
            _write(order),
        )
        await _allocate(order)
        emit(work, str(key), wire.write_commercial_event(order), subject=str(key))

    async def allocated(self, lots: Collection[LotKey]) -> Sequence[LotAllocation]:
        """What these lots are meant for, by order and line."""
        rows = await current_work().sql(
            "SELECT plant, item_no, lot_no, order_no, line_no, amount, unit FROM lot_allocation"
            " JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k(p, i, l)"
            " ON plant = p AND item_no = i AND lot_no = l"
            " ORDER BY plant, order_no, line_no, lot_no",
            (
                [lot.plant for lot in lots],
                [lot.item_no for lot in lots],
                [lot.lot_no for lot in lots],
            ),
        )
        return [
            LotAllocation(
                LotKey(plant, item_no, lot_no),
                CommercialKey(Trade.SALES, plant, order_no),
                line_no,
                Quantity(amount, unit),
            )
            for plant, item_no, lot_no, order_no, line_no, amount, unit in rows
        ]


async def _allocate(order: CommercialOrder) -> None:
    """Its lots, so that they can be asked for; in the unit of their line."""
    if order.key.trade is not Trade.SALES:
        return
    work, place = current_work(), (order.key.plant, order.key.order_no)
    await work.sql("DELETE FROM lot_allocation WHERE plant = %s AND order_no = %s", place)
    rows = [
        (line.line_no, line.item_no, one.lot_no, one.quantity.to(line.quantity.unit))
        for line in order.lines
        for one in line.allocations
    ]
    if not rows:
        return
    await work.sql(
        "INSERT INTO lot_allocation (plant, order_no, line_no, item_no, lot_no, amount, unit)"
        " SELECT %s, %s, n, i, l, sum(a), u FROM unnest(%s::bigint[], %s::text[], %s::text[],"
        "  %s::numeric[], %s::text[]) AS x(n, i, l, a, u) GROUP BY n, i, l, u",
        (
            *place,
            [line_no for line_no, *_ in rows],
            [item_no for _, item_no, *_ in rows],
            [lot_no for *_, lot_no, _ in rows],
            [quantity.value for *_, quantity in rows],
            [quantity.unit for *_, quantity in rows],
        ),
    )


def _by_key(rows: Sequence[Row]) -> Mapping[CommercialKey, CommercialOrder]:
    return {order.key: order for order in map(_read, rows)}


def _write(order: CommercialOrder) -> tuple[object, ...]:
    return (
        order.key.trade,
        order.key.plant,
        order.key.order_no,
        order.system,
        order.partner,
        msgspec.json.encode(order.status).decode(),
        order.version,
        order.as_of,
        msgspec.json.encode(order.lines).decode(),
        order.currency,
        order.reference,
        order.ordered_on,
    )


def _read(row: Row) -> CommercialOrder:
    trade, plant, order_no, system, partner, status, version, as_of, lines, *rest = row
    return CommercialOrder(
        CommercialKey(Trade(trade), plant, order_no),
        system,
        partner,
        msgspec.convert(status, _STATUS[trade]),
        version,
        as_of,
        msgspec.convert(lines, tuple[Line, ...]),
        *rest,
    )
