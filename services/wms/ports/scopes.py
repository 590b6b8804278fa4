"""Scopes of holds: what has to be held as it comes."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.kit.holds.scopes import Watched
from services.wms.domain.keys import LotKey
from services.wms.domain.scope import Scope


class Scopes(Watched[Scope, LotKey], Protocol):
    """Whoever receives stock enters first: before other locks."""

    async def enter(self, plants: Collection[str]) -> Sequence[Scope]:
        """Those in force in these plants; none comes into force, or ends, until we commit.

        Those who have entered do not wait for each other.
        """
        ...
