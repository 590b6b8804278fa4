"""Use case: a closed order's WIP becomes variance, and again when something comes late.

What arrives for a closed order is booked on it like any other, and settled in the same transaction:
whenever a transaction ends, the WIP of every closed order is 0.
"""

from collections.abc import Collection, Mapping, Sequence

from services.erp.domain.accounts import WaitingError
from services.erp.domain.entry import Entry
from services.erp.domain.keys import OrderKey
from services.erp.domain.settlement import OrderValue, Scrapped, settle
from services.erp.domain.valuation import Facts
from services.erp.ports.accounting import Accounts, Parked
from services.kit.clock import Clock, Instant


async def settle_orders(
    accounts: Accounts, orders: Collection[OrderKey], clock: Clock
) -> set[OrderKey]:
    """Those of them that are closed; those that cannot be settled yet wait, and are returned."""
    journal = accounts.journal
    await journal.lock_orders(orders)
    closed = await journal.closed(orders)
    scrapped = await journal.scrapped(closed)
    facts = await accounts.masters.facts(*_scope(scrapped, closed))
    values = await journal.orders(closed)
    settled, unsettled = _settle_all(values, scrapped, facts, clock)
    await journal.add(settled, {})
    await accounts.queue.park(unsettled)
    return {OrderKey(one.plant, one.order_no) for one in unsettled}


async def settle_booked(
    accounts: Accounts, entries: Sequence[Entry], facts: Facts, clock: Clock
) -> tuple[list[Entry], list[Parked]]:
    """What `entries`, not in the journal yet, make necessary on orders that are closed."""
    journal = accounts.journal
    closed = await journal.closed({one.order for one in entries if one.order})
    if not closed:
        return [], []
    scrapped = await journal.scrapped(closed)
    goods, plants = _scope(scrapped, closed)
    facts = await accounts.masters.facts(facts.items.keys() | goods, facts.zones.keys() | plants)
    values = dict(await journal.orders(closed))
    for entry in entries:
        if entry.order in closed:
            values[entry.order] = values.get(entry.order, OrderValue()).with_entry(entry)
    return _settle_all(values, scrapped, facts, clock)


def _settle_all(
    values: Mapping[OrderKey, OrderValue],
    scrapped: Mapping[OrderKey, Sequence[Scrapped]],
    facts: Facts,
    clock: Clock,
) -> tuple[list[Entry], list[Parked]]:
    settled, unsettled = [], []
    for order, now in values.items():
        try:
            if entry := settle(order, now, scrapped.get(order, ()), facts, Instant(clock.now())):
                settled.append(entry)
        except WaitingError as error:
            unsettled.append(Parked(order.plant, order.order_no, error, order.order_no))
    return settled, unsettled


def _scope(
    scrapped: Mapping[OrderKey, Sequence[Scrapped]], orders: Collection[OrderKey]
) -> tuple[set[tuple[str, str]], set[str]]:
    goods = {(order.plant, one.item_no) for order, all in scrapped.items() for one in all}
    return goods, {order.plant for order in orders}
