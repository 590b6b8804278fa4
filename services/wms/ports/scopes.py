"""Scopes of holds: what has to be held as it comes."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.kit.paging import Page
from services.wms.domain.keys import LotKey
from services.wms.domain.scope import Scope


class Scopes(Protocol):
    """Whoever receives stock enters first: before other locks."""

    async def enter(self, plants: Collection[str]) -> Sequence[Scope]:
        """Those in force in these plants; none comes into force, or ends, until we commit.

        Those who have entered do not wait for each other.
        """
        ...

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """Keep each where its version is higher than the one kept; waits for all who have entered.

        So whoever entered before is seen by `page`, and whoever enters after sees the scope.
        """
        ...

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[LotKey]:
        """What came under the scope of this hold while it is in force, and what is held for it.

        One more than the page's size at most, by item and lot number.
        """
        ...
