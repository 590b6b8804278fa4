"""Items as reference tells of them."""

from fractions import Fraction

from plantmesh.reference.v1 import reference_pb2

from services.kit.copies import Kind
from services.kit.quantity import Measures

ITEMS = Kind(
    "item", reference_pb2.Item, key=lambda item: item.item_no, version=lambda item: item.version
)


def read_measures(item: reference_pb2.Item) -> Measures:
    """The units it may be counted in."""
    return Measures(
        item.base_unit,
        tuple(
            (getattr(one, "from"), one.to, Fraction(one.numerator, one.denominator))
            for one in item.conversions
        ),
    )
