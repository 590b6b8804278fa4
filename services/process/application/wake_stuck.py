"""Use case: somebody sees what is stuck, removes the cause, and has it tried again."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.kit.paging import Cut, Listing, Page
from services.process.domain.stuck import StuckFlow
from services.process.ports.books import Flows
from services.process.ports.stuck import StuckFlows


def listing_of_stuck(plant: str, code: str) -> Listing:
    """Of a plant ("" is every one that is visible), by the flow's name."""
    return Listing(f"process.stuck/{plant}/{code}", (str,))


async def list_stuck(
    stuck: StuckFlows, plants: Collection[str] | None, code: str, page: Page
) -> Cut[StuckFlow]:
    """A page of them."""
    return page.cut(await stuck.page(plants, code, page), lambda one: (one.flow,))


async def wake_stuck(flows: Flows, found: Sequence[StuckFlow], now: datetime) -> None:
    """What was refused of these is open again, and the sweeper wakes them at once."""
    await flows.call({one.flow for one in found}, now)
