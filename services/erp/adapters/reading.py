"""Reads raw orders with the adapter of the system they came from; no system is asked."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from services.erp.adapters.registry import Connect
from services.erp.domain.keys import Trade
from services.erp.ports.feeds import Feeds, NotRead
from services.erp.ports.mapping import PRODUCTION
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import all_systems
from services.kit.store import current_work

Reading = Mapping[str, Callable[[bytes], Any]]
"""What a raw order says, by its kind."""
Reader = Callable[[str], AbstractAsyncContextManager[Reading]]


def reader(connect: Mapping[str, Connect]) -> Reader:
    """How to read the orders of a system, in the ambient unit of work."""

    @asynccontextmanager
    async def read(system: str) -> AsyncIterator[Reading]:
        for one in await all_systems(current_work()):
            if one.id == system and one.adapter in connect:
                erp = connect[one.adapter](one)
                try:
                    yield _by_kind(erp)
                finally:
                    await erp.close()
                return
        raise NotFoundError(
            f"nothing here reads orders of {system[:80]}", code="unknown_system", field="system"
        )

    return read


def _by_kind(erp: Feeds) -> Reading:
    """Of those that the ERP offers."""
    trades = {Trade.SALES: erp.sales_orders, Trade.PURCHASE: erp.purchase_orders}
    offered = {
        str(trade): feed.read_order
        for trade, feed in trades.items()
        if not isinstance(feed, NotRead)
    }
    return {PRODUCTION: erp.read_order, **offered}
