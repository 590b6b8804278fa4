"""Where a client enters the telemetry subgraph."""

import strawberry

from services.kit.graph import Connection, read_page, reading
from services.telemetry import policy
from services.telemetry.application.find import list_machines, listing_of_machines
from services.telemetry.graph.context import Asked
from services.telemetry.graph.entities import Equipment


@strawberry.type(description="What can be asked.")
class Query:
    """Single machines and orders come by their id, through the gateway."""

    @strawberry.field(description="Machines of a plant, by path.")
    async def machines(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[Equipment] | None:
        """A page."""
        policy.may_read([plant], "plant")
        page = read_page(listing_of_machines(plant), first, after)
        async with reading(info) as books:
            cut = await list_machines(books, plant, page)
        return Connection.of(page, cut, lambda machine: Equipment.of(machine.equipment))
