"""Where a client enters the WMS subgraph."""

import strawberry

from services.kit.graph import Connection, read_page, reading
from services.wms import policy
from services.wms.application.count_stock import list_counts, listing_of_counts
from services.wms.application.read_stock import (
    list_balances,
    list_movements,
    listing_of_balances,
    listing_of_movements,
)
from services.wms.application.read_units import list_units, listing_of_units
from services.wms.application.reserve_stock import list_reservations, listing_of_reservations
from services.wms.domain.demand import Demand
from services.wms.domain.sscc import check_sscc
from services.wms.graph.context import Asked
from services.wms.graph.handling_unit import HandlingUnit
from services.wms.graph.movement import StockMovement
from services.wms.graph.reservation import Reservation
from services.wms.graph.stock import StockBalance
from services.wms.graph.stock_count import StockCount


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

    @strawberry.field(description="Movements of a plant, as they were recorded.")
    async def movements(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[StockMovement] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_movements(plant), first, after)
        async with reading(info) as books:
            cut = await list_movements(books, plant, page)
        return Connection.of(page, cut, lambda row: StockMovement.of(row.movement))

    @strawberry.field(description="Counts of stock of a plant, by number.")
    async def stock_counts(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[StockCount] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_counts(plant), first, after)
        async with reading(info) as books:
            cut = await list_counts(books, plant, page)
        return Connection.of(page, cut, StockCount.of)

    @strawberry.field(description="By SSCC; null where nobody may tell of it.")
    async def handling_unit(self, info: Asked, sscc: str) -> HandlingUnit | None:
        """One, of a plant that the caller may see."""
        policy.may_read([], "")
        check_sscc(sscc, "sscc")
        return (await HandlingUnit.find(info, [sscc])).get(sscc)

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
