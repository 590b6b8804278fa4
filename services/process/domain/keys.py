"""Natural keys, and the names of flows: what one actor works on, one activation at a time."""

from typing import NamedTuple

from services.kit.errors import InvalidError

_ORDER, _HOLD = "order/", "hold/"


class OrderKey(NamedTuple):
    """A production order of a plant."""

    plant: str
    order_no: str

    def __str__(self) -> str:
        return f"{self.plant}/{self.order_no}"

    @property
    def flow(self) -> str:
        """The flow of the order."""
        return f"{_ORDER}{self}"


class LotKey(NamedTuple):
    """A material lot: the number is unique within its item."""

    plant: str
    item_no: str
    lot_no: str

    def __str__(self) -> str:
        return f"{self.plant}/{self.item_no}/{self.lot_no}"


def hold_flow(hold_no: str) -> str:
    """The flow of a hold."""
    return f"{_HOLD}{hold_no}"


def order_of(flow: str) -> OrderKey:
    """The order a flow is of; raises InvalidError for another kind of flow."""
    plant, _, order_no = flow.removeprefix(_ORDER).partition("/")
    if not flow.startswith(_ORDER) or not order_no:
        raise InvalidError(f"{flow[:60]!r} is not the flow of an order", field="flow")
    return OrderKey(plant, order_no)
