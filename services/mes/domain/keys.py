"""Natural keys; they sort, and everything that locks several rows locks them in that order."""

from typing import NamedTuple

from services.kit.measures import ItemLot


class OrderKey(NamedTuple):
    """A work order within its plant."""

    plant: str
    order_no: str

    def __str__(self) -> str:
        return f"{self.plant}/{self.order_no}"


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


class ReportKey(NamedTuple):
    """A confirmation by the id its reporter gave it, unique within the plant."""

    plant: str
    id: str


class TradeKey(NamedTuple):
    """A purchase or a sales order within its plant."""

    plant: str
    order_no: str


class BookedKey(NamedTuple):
    """A confirmation by its number within its order."""

    order: OrderKey
    no: int


class Person(NamedTuple):
    """Somebody as their plant calls them."""

    plant: str
    id: str
