"""A hold of quality's that names no lots: whatever stock comes to fall under it is held."""

from dataclasses import dataclass
from datetime import date

from services.wms.domain.hold import EVERYTHING, Block, Hold
from services.wms.domain.movement import Movement
from services.wms.domain.rules import MovementType
from services.wms.domain.trade import RECEIPTS

MADE = frozenset({MovementType.RECEIPT_PRODUCTION, MovementType.RECEIPT_BYPRODUCT})
COMING = RECEIPTS | MADE
"""Movements that bring lots into a plant; what else is done with them they inherit by."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Of one hold the highest version counts. It is one of four; the others' parts are empty.

    Lots of an order; of an item, by day; of a supplier, or maker, by his number. What was made on
    which equipment stock does not know: mes holds that, before it is received here.
    """

    hold_no: str
    plant: str
    active: bool
    version: int
    blocks: frozenset[Block] = EVERYTHING
    order_no: str = ""
    item_no: str = ""
    first_day: date = date.min
    last_day: date = date.max
    party: str = ""
    supplier_lot: str = ""

    def covers(self, movement: Movement) -> bool:
        """Whether it brings something that falls under it."""
        if movement.type not in COMING or not movement.lot.lot_no:
            return False
        if movement.lot.plant != self.plant:
            return False
        if self.order_no:
            return movement.type in MADE and movement.order_no == self.order_no
        if self.item_no:
            day = movement.occurred_at.local().date()
            return movement.lot.item_no == self.item_no and self.first_day <= day <= self.last_day
        told = movement.origin
        known = {told.supplier, told.manufacturer}
        return bool(self.party) and self.supplier_lot == told.supplier_lot and self.party in known

    def hold(self, movement: Movement) -> Hold:
        """On the lot that comes."""
        no, lot = self.hold_no, movement.lot
        return Hold(no, lot, active=True, version=self.version, blocks=self.blocks)
