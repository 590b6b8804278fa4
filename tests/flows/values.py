"""Keys, amounts and times as everybody at the plant says them."""

from plantmesh.common.v1 import instant_pb2, keys_pb2, quantity_pb2

from tests.shopfloor import NOON, PLANT, UNIT


def order_key(order: str) -> keys_pb2.OrderKey:
    """Of the plant."""
    return keys_pb2.OrderKey(plant=PLANT, order_no=order)


def kilograms(amount: str) -> quantity_pb2.Quantity:
    """A decimal string."""
    return quantity_pb2.Quantity(value=amount, unit=UNIT)


def noon() -> instant_pb2.Instant:
    """When everything happens."""
    at = instant_pb2.Instant(offset_minutes=120)
    at.timestamp.FromDatetime(NOON)
    return at
