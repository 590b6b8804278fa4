"""Scopes of holds: what has to be held as it comes to fall under one."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.kit.holds.scopes import Watched
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.scope import Scope


class Scopes(Watched[Scope, LotKey], Protocol):
    """Whoever changes what a lot was made of, where or when, enters first: before other locks."""

    async def enter(self, plants: Collection[str]) -> bool:
        """Whether any is in force in these plants; none comes into force, or ends, until we commit.

        Those who have entered do not wait for each other.
        """
        ...

    async def fallen(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """On those of the lots that fall under a scope in force, and are not held for it yet."""
        ...
