"""Lots in memory."""

from collections.abc import Collection, Sequence
from copy import deepcopy
from datetime import datetime

from services.kit.paging import Page
from services.mes.domain.hold import Hold, Restraint
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot, Sought
from services.mes.domain.lot_state import CAN_EXPIRE
from services.mes.domain.scope import Scope
from tests.unit.mes.reports import NOON


class MemoryLots:
    """ports.Lots. Every version of a hold is remembered, a lot shows the active ones."""

    def __init__(self) -> None:
        self.rows: dict[LotKey, Lot] = {}
        self._holds: dict[tuple[LotKey, str], Hold] = {}

    async def get(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Copies, as from a database."""
        return {key: deepcopy(self.rows[key]) for key in keys if key in self.rows}

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, Lot]:
        """Known from now on."""
        for key in sorted(keys):
            self.rows.setdefault(key, Lot(key, NOON))
        return await self.get(keys)

    async def page(self, plant: str, page: Page, sought: Sought) -> Sequence[Lot]:
        """By item and number."""
        found = [lot for lot in self.rows.values() if lot.key.plant == plant]
        for place, number in enumerate(sought):
            if number:
                found = [lot for lot in found if _numbers(lot)[place] == number]
        keys = sorted(lot.key for lot in found)
        after = [key for key in keys if not page.after or key[1:] > page.after]
        return [self.rows[key] for key in after[: page.limit]]

    async def save(self, lots: Collection[Lot]) -> None:
        """All but the holds; the version rises."""
        for lot in lots:
            lot.version += 1
            self.rows[lot.key] = deepcopy(lot)
            self._show(lot.key)

    async def due(self, now: datetime, limit: int) -> Sequence[LotKey]:
        """Those that can expire."""
        due = [
            lot
            for lot in self.rows.values()
            if lot.expiry_at and lot.expiry_at <= now and lot.quality in CAN_EXPIRE
        ]
        return [lot.key for lot in due][:limit]

    async def inherited(self) -> Sequence[Hold]:
        """Those with a source."""
        held = sorted(self._holds.items(), key=lambda item: item[0])
        return [hold for _, hold in held if hold.source and hold.active]

    def lifted(self, lot: LotKey, hold_no: str, version: int) -> bool:
        """Whether it was lifted on the lot itself."""
        known = self._holds.get((lot, hold_no))
        return known is not None and not known.active and known.version >= version

    def has(self, lot: LotKey, scope: Scope) -> bool:
        """Whether it is held for it already, or let go again."""
        known = self._holds.get((lot, scope.hold_no))
        return known is not None and (known.active or known.version >= scope.version)

    async def hold(self, holds: Sequence[Hold]) -> None:
        """The highest version stays."""
        for hold in holds:
            known = self._holds.get((hold.lot, hold.hold_no))
            if known is None or known.version < hold.version:
                self._holds[hold.lot, hold.hold_no] = hold
            self._show(hold.lot)

    def _show(self, key: LotKey) -> None:
        self.rows[key].holds = {
            hold_no: Restraint(hold.version, hold.blocks)
            for (lot, hold_no), hold in self._holds.items()
            if lot == key and hold.active
        }


def _numbers(lot: Lot) -> Sought:
    """Of its own; receipts and shipments are not kept here."""
    return Sought(lot.key.lot_no, lot.supplier_lot, lot.order_no)
