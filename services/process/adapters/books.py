"""Both books over gRPC, page by page, as this service itself."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.kit.quantity import Quantity
from services.kit.store import forbid_work
from services.process.domain.drift import Delivery, Goods
from services.process.domain.keys import OrderKey
from services.process.ports.drifts import Site
from services.process.wire import drift as wire

_AT_ONCE = 200
_SECONDS = 30.0


class GrpcBooks:
    """ports.drifts.BothBooks: stock of wms, work orders of mes, and ErpReadingService."""

    def __init__(self, stock: Any, orders: Any, erp: Any) -> None:
        self._stock = stock
        self._orders = orders
        self._erp = erp

    async def sites(self) -> Sequence[Site]:
        """By name."""
        forbid_work()
        return wire.read_sites(await self._erp.ListErpPlants(wire.list_plants()))

    async def stock(self, plant: str) -> Sequence[Goods]:
        """By item, lot and the rest of the place."""
        forbid_work()
        found, cursor, more = list[Goods](), "", True
        while more:
            answer = await self._stock.ListBalances(wire.list_balances(plant, cursor))
            found += wire.read_balances(answer)
            cursor, more = answer.page.end_cursor, answer.page.has_more
        return found

    async def erp_stock(self, plant: str) -> Sequence[Goods]:
        """As the ERP lists it."""
        forbid_work()
        found, cursor, more = list[Goods](), "", True
        while more:
            request = wire.read_stock(plant, cursor)
            answer = await self._erp.ReadErpStock(request, timeout=_SECONDS)
            found += wire.read_erp_stock(answer)
            cursor, more = answer.next_cursor, bool(answer.next_cursor)
        return found

    async def erp_deliveries(self, plant: str) -> Sequence[Delivery]:
        """As the ERP lists them."""
        forbid_work()
        found, cursor, more = list[Delivery](), "", True
        while more:
            request = wire.read_delivered(plant, cursor)
            answer = await self._erp.ReadErpDeliveries(request, timeout=_SECONDS)
            found += wire.read_deliveries(answer)
            cursor, more = answer.next_cursor, bool(answer.next_cursor)
        return found

    async def made(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Quantity]:
        """Some hundred at a time."""
        forbid_work()
        found, wanted = dict[OrderKey, Quantity](), sorted(orders)
        for start in range(0, len(wanted), _AT_ONCE):
            request = wire.get_orders(wanted[start : start + _AT_ONCE])
            found |= wire.read_made(await self._orders.BatchGetWorkOrders(request))
        return found
