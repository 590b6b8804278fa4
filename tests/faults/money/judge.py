"""What the warehouse told, and what erp's journal made of it."""

import asyncio
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, LiteralString

import psycopg
from plantmesh.wms.v1 import wms_pb2
from plantmesh.wms.v1.events_pb2 import StockMoved

from services.erp.store.finance import sql_accounts
from services.kit.store import Store
from tests.faults.checker import Verdict
from tests.faults.place import Place

Told = dict[str, wms_pb2.Movement]
_STOCK = "SELECT item_no, sum(quantity) FROM stock_value GROUP BY 1"
_GIVES = ("ISSUE_TO_ORDER", "SCRAP")
_UNBALANCED = (
    "SELECT entry, plant FROM journal_line GROUP BY 1, 2 HAVING sum(amount) <> 0 OR sum(exact) <> 0"
)
_IN_WORK = (
    "SELECT order_no, sum(l.amount), sum(l.exact) FROM production_order o"
    " JOIN journal_entry e USING (plant, order_no) JOIN journal_line l ON l.entry = e.id"
    " WHERE o.lifecycle = 'closed' AND l.role = 'wip' GROUP BY 1"
    " HAVING sum(l.amount) <> 0 OR sum(l.exact) <> 0"
)


def ask(url: str, query: LiteralString) -> list[tuple[Any, ...]]:
    """One of the two databases."""
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def behind(place: Place) -> int:
    """Events told that no cursor has passed, or that are parked behind a suspected killer."""
    told: LiteralString = "SELECT count(*) FROM outbox"
    [(events,)], [(own,)] = ask(place.owner, told), ask(place.reader, told)
    [(seen,)] = ask(place.reader, "SELECT coalesce(sum(n), 0) FROM cursor")
    [(parked,)] = ask(place.reader, "SELECT count(*) FROM parked")
    return int(events) + int(own) - int(seen) + int(parked)


def waiting(place: Place) -> int:
    """Documents that wait for finance."""
    [(count,)] = ask(place.reader, "SELECT count(*) FROM parked_document")
    return int(count)


def verdict(place: Place) -> Verdict:
    """Movements told against entries: once each, however often they were told."""
    told = _told(place)
    rows = ask(place.reader, "SELECT reference FROM journal_entry WHERE kind = 'movement'")
    booked = Counter(reference for (reference,) in rows)
    return Verdict(
        accepted=len(told),
        effects=booked.total(),
        lost=len(told.keys() - booked.keys()),
        repeated=booked.total() - len(booked),
        foreign=len(booked.keys() - told.keys()),
    )


def troubles(place: Place) -> list[str]:
    """What does not add up: entries, closed orders, stock by item, kept values, parked keys."""
    told, held = _told(place), dict(ask(place.reader, _STOCK))
    due: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in told.values():
        due[one.stock.item_no] += _change(one, told)
    return [
        *(f"debit is not credit: {row}" for row in ask(place.reader, _UNBALANCED)),
        *(f"closed, and in work: {row}" for row in ask(place.reader, _IN_WORK)),
        *(f"parked: {row}" for row in ask(place.reader, "SELECT key, reason FROM parked_key")),
        *(f"{key}: not the fold of its lines" for key in asyncio.run(_drifts(place))),
        *(
            f"{held.get(item_no)} of {item_no}, {due[item_no]} moved"
            for item_no in held.keys() | due.keys()
            if held.get(item_no) != due[item_no]
        ),
    ]


async def _drifts(place: Place) -> list[str]:
    store = Store(place.reader)
    async with store.work():
        found = [str(key) for key in await sql_accounts().reports.recount()]
    await store.close()
    return found


def _told(place: Place) -> Told:
    """By reference."""
    rows = ask(place.owner, "SELECT data FROM outbox")
    movements = (StockMoved.FromString(data).movement for (data,) in rows)
    return {one.reference: one for one in movements}


def _change(one: wms_pb2.Movement, told: Told) -> Decimal:
    """Of the item's stock."""
    type = wms_pb2.MovementType.Name(one.type).removeprefix("MOVEMENT_TYPE_")
    amount = Decimal(one.quantity.value)
    if type == "REVERSAL":
        return -_change(told[one.reverses], told)
    if type == "BLOCK":
        return Decimal(0)
    return -amount if type in _GIVES else amount
