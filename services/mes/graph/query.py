"""Where a client enters the MES subgraph."""

import strawberry

from services.kit.graph import Connection, read_page, reading
from services.mes import policy
from services.mes.application.attribute_counts import list_uncounted, listing_of_uncounted
from services.mes.application.find import list_lots, listing_of_lots
from services.mes.domain.lot import ANY_LOT, Sought
from services.mes.graph.context import Asked
from services.mes.graph.counts import UncountedDifference
from services.mes.graph.entities import Lot


@strawberry.input(description="Numbers of a lot, all of which hold.")
class LotNumbers:
    """Exact."""

    lot_no: str = ""
    supplier_lot: str = ""
    order_no: str = strawberry.field(default="", description="Of the order that made it.")
    purchase_order_no: str = strawberry.field(default="", description="It was received for.")
    sales_order_no: str = strawberry.field(default="", description="It was shipped for.")

    def read(self) -> Sought:
        """As the books look for it."""
        return Sought(
            self.lot_no,
            self.supplier_lot,
            self.order_no,
            self.purchase_order_no,
            self.sales_order_no,
        )


@strawberry.type(description="What can be asked.")
class Query:
    """Single lots and orders come by their id, through the gateway."""

    @strawberry.field(description="Lots of a plant, by item and lot number; all, or those sought.")
    async def lots(
        self,
        info: Asked,
        plant: str,
        first: int = 50,
        after: str | None = None,
        sought: LotNumbers | None = None,
    ) -> Connection[Lot] | None:
        """A page."""
        policy.may_read([plant], "plant")
        numbers = sought.read() if sought else ANY_LOT
        page = read_page(listing_of_lots(plant, numbers), first, after)
        async with reading(info) as books:
            cut = await list_lots(books, plant, page, numbers)
        return Connection.of(page, cut, lambda lot: Lot.of(lot.key, lot))

    @strawberry.field(description="What machines of a plant counted and nobody could book yet.")
    async def uncounted(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[UncountedDifference] | None:
        """A page, in the order in which it was counted."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_uncounted(plant, settled=False), first, after)
        async with reading(info) as books:
            cut = await list_uncounted(books, plant, page, settled=False)
        return Connection.of(page, cut, UncountedDifference.of)
