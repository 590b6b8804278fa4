"""Copies of the master data that valuation rests on, and the repositories of money together."""

from collections import defaultdict
from collections.abc import Collection

from services.erp import wire
from services.erp.domain.accounts import SYSTEM, Chart
from services.erp.domain.valuation import Facts
from services.erp.ports.accounting import Accounts
from services.erp.store.journal import SqlJournal
from services.erp.store.parked import SqlQueue
from services.erp.store.reports import SqlReports
from services.kit.copies import known, listed


class CopiedMasters:
    """ports.accounting.Masters."""

    async def facts(self, goods: Collection[tuple[str, str]], plants: Collection[str]) -> Facts:
        """In four statements."""
        items = await known(wire.ITEMS, {item_no for _, item_no in goods})
        costs = defaultdict(list)
        for cost in await listed(wire.COSTS, [wire.costs_scope(*one) for one in goods]):
            costs[cost.plant, cost.item_no].append(cost)
        valued = {
            (plant, item_no): wire.read_valued(plant, items[item_no], costs[plant, item_no])
            for plant, item_no in goods
            if item_no in items
        }
        places = {*plants, *(plant for plant, _ in goods)}
        zones = await known(wire.PLANTS, places)
        scopes = [wire.codes_scope(SYSTEM, plant) for plant in ("", *places)]
        chart = Chart(wire.read_accounts(await listed(wire.CODES, scopes)))
        return Facts(valued, {name: plant.time_zone for name, plant in zones.items()}, chart)


def sql_accounts() -> Accounts:
    """All repositories of money; they work in whatever unit of work is open."""
    return Accounts(SqlJournal(), SqlQueue(), CopiedMasters(), SqlReports())
