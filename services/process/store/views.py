"""What orders wait for, read for people."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from decimal import Decimal

from services.kit.quantity import Quantity
from services.kit.store import current_work
from services.process.domain.effects import Kind, Posting
from services.process.domain.keys import OrderKey, order_of
from services.process.domain.waits import OrderFlow, Wait, WaitKind
from services.process.ports import PostedPart
from services.process.store import content

_WALKED_AT_ONCE = 200
_MOST = 100
"""Waits shown of one order; more tell a person nothing new."""

_STANDS = """NOT EXISTS (SELECT FROM output t WHERE t.taken_back_by IS NOT NULL
      AND (t.plant, t.order_no, t.number) = (p.plant, p.order_no, p.number))"""
_TOTALS = f"""
SELECT o.plant, o.order_no, o.unit, sum(o.waiting),
  coalesce((SELECT sum(p.quantity) FILTER (WHERE fate = 'released') FROM part p
    WHERE p.plant = o.plant AND p.order_no = o.order_no AND {_STANDS}), 0),
  coalesce((SELECT sum(p.quantity) FILTER (WHERE fate = 'blocked') FROM part p
    WHERE p.plant = o.plant AND p.order_no = o.order_no AND {_STANDS}), 0),
  coalesce((SELECT sum(p.quantity) FILTER (WHERE fate = 'scrapped') FROM part p
    WHERE p.plant = o.plant AND p.order_no = o.order_no AND {_STANDS}), 0)
FROM output o JOIN unnest(%s::text[], %s::text[]) AS t(p, n) ON o.plant = p AND o.order_no = n
GROUP BY o.plant, o.order_no, o.unit"""

# Of what a hold may block, posting alone keeps the lane from going on.
_HELD = """EXISTS (SELECT 1 FROM hold_lot h JOIN hold o USING (hold_no)
  WHERE h.active AND e.lot <> '' AND (o.blocks = '{}' OR 'POSTING' = ANY(o.blocks))
  AND h.plant || '/' || h.item_no || '/' || h.lot_no = e.lot)"""
_WAITS = f"""
SELECT flow, kind, what, why, since, quantity, unit FROM (
  SELECT 'order/' || plant || '/' || order_no AS flow, 'quality' AS kind, inspection_no AS what,
    'lot ' || lot_no || ' waits for a disposition' AS why, min(booked_at) AS since,
    sum(waiting) AS quantity, unit FROM output
    WHERE waiting > 0 AND 'order/' || plant || '/' || order_no = ANY(%(flows)s)
      AND (plant, order_no) IN (SELECT * FROM unnest(%(plants)s::text[], %(numbers)s::text[]))
    GROUP BY plant, order_no, inspection_no, lot_no, unit
  UNION ALL
  SELECT flow, CASE until WHEN 'release' THEN 'hold' ELSE 'person' END,
    CASE until WHEN 'release' THEN lot ELSE reference END,
    at || ' answers ' || code || ': ' || reason, refused_at, quantity, unit
    FROM effect e WHERE state = 'refused' AND flow = ANY(%(flows)s)
  UNION ALL
  SELECT flow, 'person', id, code || ': ' || reason, refused_at, NULL, NULL
    FROM fact WHERE state = 'refused' AND flow = ANY(%(flows)s)
  UNION ALL
  SELECT flow, CASE WHEN posting = 'refused' THEN 'person' WHEN {_HELD} THEN 'hold' ELSE 'erp' END,
    reference, CASE WHEN posting = 'refused' THEN 'the ERP refuses it: ' || posting_reason
      WHEN {_HELD} THEN 'lot ' || lot || ' is held' ELSE 'accepted, not posted yet' END,
    settled_at, quantity, unit
    FROM effect e WHERE at = 'erp' AND state = 'done' AND posting IN ('', 'refused')
      AND flow = ANY(%(flows)s)
  UNION ALL
  SELECT key, 'peer', trouble, 'tried again by itself', trouble_since, NULL, NULL
    FROM flow WHERE trouble <> '' AND key = ANY(%(flows)s)
) waits ORDER BY flow, since"""


class SqlViews:
    """ports.Views."""

    async def flows(self, orders: Collection[OrderKey], now: datetime) -> Sequence[OrderFlow]:
        """Three queries, however many orders."""
        work = current_work()
        wanted = sorted(set(orders))
        flows = [order.flow for order in wanted]
        counts = await work.sql(
            "SELECT key, (SELECT count(*) FROM fact WHERE flow = key AND kind = 'Confirmed'"
            " AND state = 'done') FROM flow WHERE key = ANY(%s)",
            (flows,),
        )
        plants, numbers = [one.plant for one in wanted], [one.order_no for one in wanted]
        totals = {
            OrderKey(plant, number): (unit, amounts)
            for plant, number, unit, *amounts in await work.sql(_TOTALS, (plants, numbers))
        }
        waits = await _waits(flows, plants, numbers)
        return [
            _flow(order_of(key), count, totals.get(order_of(key)), waits[key], now)
            for key, count in counts
        ]

    async def posted(self) -> AsyncIterator[Sequence[PostedPart]]:
        """By reference."""
        work, after = current_work(), ""
        while rows := await work.sql(
            "SELECT reference, content::text, document FROM effect WHERE at = 'erp'"
            " AND posting = 'posted' AND reference > %s ORDER BY reference LIMIT %s",
            (after, _WALKED_AT_ONCE),
        ):
            after = rows[-1][0]
            read = ((content.read_effect("Posting", text), document) for _, text, document in rows)
            yield [
                PostedPart(one, document)
                for one, document in read
                if isinstance(one, Posting) and one.kind is Kind.YIELD
            ]


async def _waits(
    flows: list[str], plants: list[str], numbers: list[str]
) -> defaultdict[str, list[Wait]]:
    found: defaultdict[str, list[Wait]] = defaultdict(list)
    given = {"flows": flows, "plants": plants, "numbers": numbers}
    for flow, kind, what, why, since, value, unit in await current_work().sql(_WAITS, given):
        if len(found[flow]) < _MOST:
            quantity = Quantity(value, unit) if unit else None
            found[flow].append(Wait(WaitKind(kind), what, why, since, quantity))
    return found


def _flow(
    order: OrderKey,
    confirmations: int,
    totals: tuple[str, Sequence[Decimal]] | None,
    waits: Sequence[Wait],
    now: datetime,
) -> OrderFlow:
    waiting, released, blocked, scrapped = (
        (Quantity(amount, totals[0]) for amount in totals[1]) if totals else (None,) * 4
    )
    return OrderFlow(
        order=order,
        confirmations=confirmations,
        released=released,
        waiting=waiting,
        blocked=blocked,
        scrapped=scrapped,
        waits=tuple(waits),
        as_of=now,
    )
