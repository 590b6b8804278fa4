"""Where a client enters the quality subgraph."""

import strawberry

from services.kit.graph import Connection, read_page, reading
from services.quality import policy
from services.quality.application.find import (
    list_holds,
    list_inspections,
    listing_of_holds,
    listing_of_inspections,
)
from services.quality.graph.context import Asked
from services.quality.graph.entities import Hold, Inspection


@strawberry.type(description="What can be asked.")
class Query:
    """Single lots and orders come by their id, through the gateway."""

    @strawberry.field(description="Inspections of a plant, oldest first.")
    async def inspections(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[Inspection] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_inspections(plant), first, after)
        async with reading(info) as books:
            cut = await list_inspections(books, plant, page)
        return Connection.of(page, cut, Inspection.of)

    @strawberry.field(description="Holds of a plant, the lifted ones too, by number.")
    async def holds(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[Hold] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_holds(plant), first, after)
        async with reading(info) as books:
            cut = await list_holds(books, plant, page)
        return Connection.of(page, cut, Hold.of)
