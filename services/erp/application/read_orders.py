"""Reads of orders and their postings; no ERP is asked."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Protocol, TypeVar

from services.erp.domain.commercial import CommercialOrder
from services.erp.domain.keys import CommercialKey, Trade
from services.erp.ports.commercial import CommercialOrders
from services.kit.errors import NotFoundError
from services.kit.paging import Listing

_Key = TypeVar("_Key", bound=Hashable)
_Order_co = TypeVar("_Order_co", covariant=True)


class Known(Protocol[_Key, _Order_co]):
    """Orders of some kind, by key."""

    async def get_many(self, keys: Collection[_Key]) -> Mapping[_Key, _Order_co]:
        """Those that exist."""
        ...


async def read_orders(
    orders: Known[_Key, _Order_co], keys: Sequence[_Key]
) -> tuple[list[_Order_co], list[_Key]]:
    """The orders in the order of `keys`, each once, and the keys that name nothing."""
    wanted = list(dict.fromkeys(keys))
    found = await orders.get_many(wanted)
    return [found[key] for key in wanted if key in found], [k for k in wanted if k not in found]


async def read_commercial(orders: CommercialOrders, key: CommercialKey) -> CommercialOrder:
    """One order; raises NotFoundError while its ERP has not told of it."""
    if order := (await orders.get_many([key])).get(key):
        return order
    raise NotFoundError(
        f"no ERP told of {key.trade.value.replace('_', ' ')} {key.order_no} at {key.plant}",
        code="unknown_order",
        field="key",
        hint="it may wait for a code: see the stewardship queue",
    )


def listing_of_orders(plant: str) -> Listing:
    """The orders of a plant, by number."""
    return Listing(f"erp.orders {plant}", (str,))


def listing_of_trade(trade: Trade, plant: str) -> Listing:
    """The sales or purchase orders of a plant, by number."""
    return Listing(f"erp.{trade} {plant}", (str,))
