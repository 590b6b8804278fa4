"""Use cases: reads, a batch at a time."""

from collections.abc import Collection, Iterable

from services.kit.paging import Cut, Listing, Page
from services.telemetry.domain.machine import Machine
from services.telemetry.ports import Books


def listing_of_machines(plant: str) -> Listing:
    """The machines of a plant, by path."""
    return Listing(f"telemetry.equipment/{plant}", (str,))


async def find_machines(books: Books, equipment: Collection[str]) -> dict[str, Machine]:
    """Those that are known, by path, and whether anybody reads them now."""
    found = await books.machines.get(equipment)
    _hear(books, found.values())
    return found


async def list_machines(books: Books, plant: str, page: Page) -> Cut[Machine]:
    """One page of a plant's machines."""
    rows = await books.machines.page(plant, page)
    _hear(books, rows)
    return page.cut(rows, lambda machine: (machine.equipment,))


def _hear(books: Books, machines: Iterable[Machine]) -> None:
    for machine in machines:
        machine.heard = books.heartbeat.heard(machine.plant)
