"""Natural keys; they sort, and everything that locks several rows locks them in that order."""

from typing import NamedTuple

from services.kit.measures import ItemLot


class OrderKey(NamedTuple):
    """A production order within its plant."""

    plant: str
    order_no: str


class ItemKey(NamedTuple):
    """An item in a plant."""

    plant: str
    item_no: str


class LotKey(NamedTuple):
    """A material lot; `lot_no` is "" for all of an item that is not kept in lots."""

    plant: str
    item_no: str
    lot_no: str

    def __str__(self) -> str:
        return f"{self.plant}/{self.item_no}/{self.lot_no}"

    @property
    def item(self) -> ItemKey:
        """Whose lot it is."""
        return ItemKey(self.plant, self.item_no)

    @property
    def goods(self) -> ItemLot:
        """What it is wherever it is."""
        return ItemLot(self.item_no, self.lot_no)


class Reference(NamedTuple):
    """What makes a movement one and the same, however often it arrives."""

    plant: str
    text: str
