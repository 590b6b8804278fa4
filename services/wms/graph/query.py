"""Where a client enters the WMS subgraph."""

import strawberry

from services.kit.access.policy import may_enter
from services.kit.graph import Connection, read_page, reading
from services.wms import policy
from services.wms.application.read_stock import list_balances, listing_of_balances
from services.wms.application.read_units import list_units, listing_of_units, look_up_units
from services.wms.application.reserve_stock import list_reservations, listing_of_reservations
from services.wms.domain.demand import Demand
from services.wms.domain.sscc import check_sscc
from services.wms.graph.context import Asked
from services.wms.graph.handling_unit import HandlingUnit
from services.wms.graph.reservation import Reservation
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

    @strawberry.field(description="By SSCC; null where nobody may tell of it.")
    async def handling_unit(self, info: Asked, sscc: str) -> HandlingUnit | None:
        """One, of a plant that the caller may see."""
        principal = policy.may_read([], "")
        check_sscc(sscc, "sscc")
        async with reading(info) as books:
            found = (await look_up_units(books, [sscc])).get(sscc)
        if found is None or not may_enter(principal, found.unit.plant):
            return None
        return HandlingUnit.of(found)

    @strawberry.field(description="Handling units of a plant, by SSCC.")
    async def handling_units(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[HandlingUnit] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_units(plant), first, after)
        async with reading(info) as books:
            cut = await list_units(books, plant, page)
        return Connection.of(page, cut, HandlingUnit.of)

    @strawberry.field(description="Reservations of a plant, or of an order or delivery, by number.")
    async def reservations(
        self,
        info: Asked,
        plant: str,
        order_no: str | None = None,
        delivery_no: str | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[Reservation] | None:
        """A page."""
        policy.may_read([plant], "plant")
        demand = Demand(order_no or "", delivery_no or "")
        page = read_page(listing_of_reservations(plant, demand), first, after)
        async with reading(info) as books:
            cut = await list_reservations(books, plant, demand, page)
        return Connection.of(page, cut, Reservation.of)
