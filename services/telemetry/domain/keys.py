"""Natural keys; they sort."""

from typing import NamedTuple


class OrderKey(NamedTuple):
    """A production order within its plant."""

    plant: str
    order_no: str
