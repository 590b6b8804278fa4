"""Holds in memory."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import deepcopy

from services.kit.paging import Page
from services.quality.domain.hold import Hold, State
from services.quality.domain.keys import LotKey


class MemoryHolds:
    """ports.Holds."""

    def __init__(self) -> None:
        self.rows: dict[str, Hold] = {}
        self.covers: dict[str, set[LotKey]] = {}

    async def place(self, holds: Sequence[Hold]) -> dict[str, Hold]:
        """Nobody else is here."""
        known = {one.no: deepcopy(self.rows[one.no]) for one in holds if one.no in self.rows}
        for one in holds:
            if one.no not in known:
                self.rows[one.no] = deepcopy(one)
                self.covers[one.no] = set(one.order.lots)
        return known

    async def get(self, hold_nos: Collection[str], *, lock: bool = False) -> dict[str, Hold]:
        """Copies, as from a database."""
        return {no: deepcopy(self.rows[no]) for no in hold_nos if no in self.rows}

    async def on_lots(self, lots: Collection[LotKey]) -> dict[LotKey, list[Hold]]:
        """Those not lifted."""
        found: defaultdict[LotKey, list[Hold]] = defaultdict(list)
        for no in sorted(self.rows):
            for lot in self.covers[no] & set(lots):
                if self.rows[no].state is not State.LIFTED:
                    found[lot].append(deepcopy(self.rows[no]))
        return dict(found)

    async def cover(self, hold: Hold, lots: Collection[LotKey]) -> int:
        """Those new."""
        new = set(lots) - self.covers[hold.no]
        self.covers[hold.no] |= new
        return len(new)

    async def save(self, holds: Collection[Hold]) -> None:
        """Replace."""
        self.rows |= {one.no: deepcopy(one) for one in holds}

    async def lots(
        self, hold_no: str, page: Page, plants: Collection[str] | None
    ) -> Sequence[LotKey]:
        """By item, number and plant."""
        lots = [one for one in self.covers[hold_no] if plants is None or one.plant in plants]
        placed = sorted(((*one[1:], one.plant), one) for one in lots)
        return [one for at, one in placed if not page.after or at > page.after][: page.limit]

    async def page(self, plant: str, page: Page) -> Sequence[Hold]:
        """By number."""
        after = str(page.after[0]) if page.after else ""
        there = [no for no, one in sorted(self.rows.items()) if one.order.plant == plant]
        return [deepcopy(self.rows[no]) for no in there if no > after][: page.limit]

    async def walk(self, after: str) -> Sequence[Hold]:
        """Two at a time."""
        return [deepcopy(self.rows[no]) for no in sorted(self.rows) if no > after][:2]
