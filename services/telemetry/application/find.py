"""Use cases: reads, a batch at a time."""

from services.kit.paging import Cut, Listing, Page
from services.telemetry.domain.machine import Machine
from services.telemetry.ports import Books


def listing_of_machines(plant: str) -> Listing:
    """The machines of a plant, by path."""
    return Listing(f"telemetry.equipment/{plant}", (str,))


async def list_machines(books: Books, plant: str, page: Page) -> Cut[Machine]:
    """One page of a plant's machines."""
    rows = await books.machines.page(plant, page)
    return page.cut(rows, lambda machine: (machine.equipment,))
