"""Where a client enters the WMS subgraph."""

import strawberry

from services.kit.graph import Connection, read_page, reading
from services.wms import policy
from services.wms.application.read_stock import list_balances, listing_of_balances
from services.wms.graph.context import Asked
from services.wms.graph.stock import StockBalance


@strawberry.type(description="What can be asked.")
class Query:
    """Single lots and orders come by their id, through the gateway."""

    @strawberry.field(description="Stock of a plant, or of one item there, by place.")
    async def stock(
        self,
        info: Asked,
        plant: str,
        item_no: str | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[StockBalance] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_balances(plant, item_no or ""), first, after)
        async with reading(info) as books:
            cut = await list_balances(books, plant, item_no or "", page)
        return Connection.of(page, cut, StockBalance.of)
