"""Where a client enters the ERP subgraph."""

import strawberry

from services.erp import policy
from services.erp.application.read_orders import listing_of_orders, listing_of_trade
from services.erp.domain.keys import Trade
from services.erp.graph.context import Asked
from services.erp.graph.entities import Order, PurchaseOrder, SalesOrder
from services.kit.graph import Connection, read_page, reading


@strawberry.type(description="What can be asked.")
class Query:
    """Single orders come by their id, through the gateway."""

    @strawberry.field(description="Orders of a plant as its ERP told of them, by number.")
    async def orders(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[Order] | None:
        """A page."""
        policy.may_list(plant)
        page = read_page(listing_of_orders(plant), first, after)
        async with reading(info) as books:
            cut = await books.orders.page(plant, page)
        return Connection.of(page, cut, lambda order: Order.of(order.key))

    @strawberry.field(description="Sales orders of a plant as its ERP told of them, by number.")
    async def sales_orders(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[SalesOrder] | None:
        """A page."""
        policy.may_list(plant)
        page = read_page(listing_of_trade(Trade.SALES, plant), first, after)
        async with reading(info) as books:
            cut = await books.commercial.page(Trade.SALES, plant, page)
        return Connection.of(page, cut, lambda order: SalesOrder.of(order.key))

    @strawberry.field(description="Purchase orders of a plant as its ERP told of them, by number.")
    async def purchase_orders(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[PurchaseOrder] | None:
        """A page."""
        policy.may_list(plant)
        page = read_page(listing_of_trade(Trade.PURCHASE, plant), first, after)
        async with reading(info) as books:
            cut = await books.commercial.page(Trade.PURCHASE, plant, page)
        return Connection.of(page, cut, lambda order: PurchaseOrder.of(order.key))
