"""Reads of orders and their postings; no ERP is asked."""

from collections.abc import Sequence

from services.erp.domain.keys import OrderKey
from services.erp.domain.order import ProductionOrder
from services.erp.ports import Orders
from services.kit.paging import Listing


async def read_orders(
    orders: Orders, keys: Sequence[OrderKey]
) -> tuple[list[ProductionOrder], list[OrderKey]]:
    """The orders in the order of `keys`, each once, and the keys that name nothing."""
    wanted = list(dict.fromkeys(keys))
    found = await orders.get_many(wanted)
    return [found[key] for key in wanted if key in found], [k for k in wanted if k not in found]


def listing_of_orders(plant: str) -> Listing:
    """The orders of a plant, by number."""
    return Listing(f"erp.orders {plant}", (str,))
