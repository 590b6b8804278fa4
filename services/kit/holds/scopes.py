"""Scopes of holds where they are watched, and what is listed of them."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from services.kit.paging import Cut, Listing, Page

Scope = TypeVar("Scope", contravariant=True)


class Lot(Protocol):
    """The key of one, as a service has it."""

    @property
    def plant(self) -> str:
        """Where it is."""
        ...

    @property
    def item_no(self) -> str:
        """What it is."""
        ...

    @property
    def lot_no(self) -> str:
        """Its number."""
        ...


L = TypeVar("L", bound=Lot)
L_co = TypeVar("L_co", bound=Lot, covariant=True)


class Watched(Protocol[Scope, L_co]):
    """What every service keeps of scopes; how it finds what falls under one is its own."""

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """Keep each where its version is higher than the one kept; waits for all who have entered.

        So whoever entered before is seen by `page`, and whoever enters after sees the scope.
        """
        ...

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[L_co]:
        """What falls under the scope of this hold while it is in force, and what is held for it.

        One more than the page's size at most, by item and lot number.
        """
        ...


def listing_of_scope(service: str, plant: str, hold_no: str) -> Listing:
    """What falls under the scope of a hold, by item and number."""
    return Listing(f"{service}.scope_lots/{plant}/{hold_no}", (str, str))


async def list_scope_lots(scopes: Watched[Any, L], plant: str, hold_no: str, page: Page) -> Cut[L]:
    """One page of what falls under it, or is held for it."""
    rows = await scopes.page(plant, hold_no, page)
    return page.cut(rows, lambda lot: (lot.item_no, lot.lot_no))
