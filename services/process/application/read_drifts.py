"""Use case: who answers for a plant looks at its drift."""

from services.kit.paging import Cut, Listing, Page
from services.process.ports.drifts import Drift, Drifts


def listing_of_drifts(plant: str, *, resolved: bool) -> Listing:
    """Of a plant, by number."""
    return Listing(f"process.drifts/{plant}/{resolved}", (int,))


async def list_drifts(drifts: Drifts, plant: str, page: Page, *, resolved: bool) -> Cut[Drift]:
    """A page of them."""
    rows = await drifts.page(plant, page, resolved=resolved)
    return page.cut(rows, lambda one: (one.no,))
