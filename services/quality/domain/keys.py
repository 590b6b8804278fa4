"""Natural keys; they sort, and everything that locks several rows locks them in one order."""

import re
from typing import NamedTuple

from services.kit.measures import ItemLot

_NUMBER = re.compile(r"IL-([1-9][0-9]{0,17})", re.ASCII)


class OrderKey(NamedTuple):
    """A production order within its plant."""

    plant: str
    order_no: str


class LotKey(NamedTuple):
    """A material lot: the number is unique within its item."""

    plant: str
    item_no: str
    lot_no: str

    def __str__(self) -> str:
        return f"{self.plant}/{self.item_no}/{self.lot_no}"

    @property
    def goods(self) -> ItemLot:
        """What it is wherever it is."""
        return ItemLot(self.item_no, self.lot_no)


class InspectionKey(NamedTuple):
    """What has one inspection: a lot, as one order made it."""

    plant: str
    item_no: str
    lot_no: str
    order_no: str

    @property
    def lot(self) -> LotKey:
        """Without the order."""
        return LotKey(self.plant, self.item_no, self.lot_no)

    @property
    def order(self) -> OrderKey:
        """Who made it."""
        return OrderKey(self.plant, self.order_no)


def number_of(id: int) -> str:
    """What people and other services call the inspection with this id."""
    return f"IL-{id}"


def id_of(no: str) -> int | None:
    """The id behind an inspection's number; None when it is none."""
    found = _NUMBER.fullmatch(no)
    return int(found[1]) if found else None
