"""Scopes of holds: what has to be held as it comes to fall under one."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.kit.paging import Page
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.scope import Scope


class Scopes(Protocol):
    """Whoever changes what a lot was made of, where or when, enters first: before other locks."""

    async def enter(self, plants: Collection[str]) -> bool:
        """Whether any is in force in these plants; none comes into force, or ends, until we commit.

        Those who have entered do not wait for each other.
        """
        ...

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """Keep each where its version is higher than the one kept; waits for all who have entered.

        So whoever entered before is seen by `page`, and whoever enters after sees the scope.
        """
        ...

    async def fallen(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """On those of the lots that fall under a scope in force, and are not held for it yet."""
        ...

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[LotKey]:
        """What falls under the scope of this hold while it is in force, and what is held for it.

        One more than the page's size at most, by item and lot number.
        """
        ...
