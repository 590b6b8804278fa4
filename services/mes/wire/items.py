"""Items as reference tells of them."""

from fractions import Fraction

from plantmesh.reference.v1 import reference_pb2 as _pb

from services.kit.clock import SystemClock
from services.kit.copies import Kind
from services.kit.quantity import Measures, in_force

ITEMS = Kind("item", _pb.Item, key=lambda item: item.item_no, version=lambda item: item.version)


def read_measures(item: _pb.Item) -> Measures:
    """The units it may be counted in today."""
    told = [(getattr(one, "from"), one.to, one.valid_from) for one in item.conversions]
    today = SystemClock().now().date()  # house: allow wall-clock - ratios change by the day
    own = [item.conversions[place] for place in in_force(told, today.isoformat())]
    return Measures(
        item.base_unit,
        tuple(
            (getattr(one, "from"), one.to, Fraction(one.numerator, one.denominator)) for one in own
        ),
    )
