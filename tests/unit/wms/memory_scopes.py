"""Scopes of holds in memory."""

from collections.abc import Collection, Sequence
from typing import Any

from services.kit.paging import Page
from services.wms.domain.keys import LotKey
from services.wms.domain.scope import Scope


class MemoryScopes:
    """ports.Scopes, over rows that a transaction copies."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    async def enter(self, plants: Collection[str]) -> Sequence[Scope]:
        """Nobody else is here."""
        scopes = sorted(self._rows.scopes.items())
        return [one for _, one in scopes if one.active and one.plant in plants]

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """The highest version stays."""
        for scope in scopes:
            known = self._rows.scopes.get(scope.hold_no)
            if known is None or known.version < scope.version:
                self._rows.scopes[scope.hold_no] = scope

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[LotKey]:
        """By item and lot number."""
        scope = self._rows.scopes.get(hold_no)
        back = {one.original for one in self._rows.movements() if one.original}
        came = [one for one in self._rows.movements() if one.reference not in back]
        found = {one.lot for one in came if scope and scope.active and scope.covers(one)}
        for (lot, no), hold in self._rows.holds.items():
            if no == hold_no and hold.active and lot.plant == plant:
                found.add(lot)
        return [lot for lot in sorted(found) if not page.after or lot[1:] > page.after][
            : page.limit
        ]
