"""Our copies of how items are counted, and of lots that were measured one by one: reference's.

A measure counts here from the moment that its event came; until then the item's own does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Any

from plantmesh.reference.v1 import records_pb2, reference_pb2
from plantmesh.reference.v1.events_pb2 import ItemChanged, LotConversionChanged
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.clock import SystemClock
from services.kit.copies.copies import Copies
from services.kit.copies.kind import Kind
from services.kit.copies.shelf import known, listed, require
from services.kit.measures import ItemLot, Measured, Ratio
from services.kit.quantity import Measures, in_force
from services.kit.rpc.client import Peer

_APART = "\x1f"
"""No name holds it."""
ITEMS = Kind(
    "item", reference_pb2.Item, key=lambda item: item.item_no, version=lambda item: item.version
)
LOTS = Kind(
    "lot_conversion",
    records_pb2.LotConversion,
    key=lambda one: _APART.join((one.item_no, one.lot_no, getattr(one, "from"), one.to)),
    version=lambda one: one.version,
    scope=lambda one: _APART.join((one.item_no, one.lot_no)),
)


def keep_measures(copies: Copies, reference: Peer) -> None:
    """Copy items and measured lots; an item that is lacking is asked for."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def items(numbers: list[str]) -> Iterable[reference_pb2.Item]:
        request = reference_pb2.BatchGetItemsRequest(item_nos=numbers)
        answer: reference_pb2.BatchGetItemsResponse = await stub.BatchGetItems(request)
        return answer.items

    copies.keep(ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=items)
    keep_lots(copies)


def keep_lots(copies: Copies) -> None:
    """Copy measured lots alone."""
    copies.keep(LOTS, told_by=LotConversionChanged, carried=lambda event: event.conversion)


async def learn_measures(copies: Copies, wanted: Mapping[ItemLot, str]) -> None:
    """Ask for the items that are lacking; raises UnavailableError naming the field of the first."""
    await copies.learn(ITEMS, _items(wanted))


class CopiedMeasures:
    """What goods are counted in today, in the ambient unit of work."""

    async def measures(self, wanted: Mapping[ItemLot, str]) -> Measured:
        """Raises NotFoundError naming the field (its value) of the first item not known."""
        return await _measured(await require(ITEMS, _items(wanted)), wanted)

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """The same, without what is not known."""
        return await _measured(await known(ITEMS, {one.item_no for one in goods}), goods)


async def read_ratios(lots: Collection[ItemLot]) -> dict[ItemLot, list[Ratio]]:
    """Those that hold for one of these lots alone, in the order of their units."""
    found: defaultdict[ItemLot, list[Ratio]] = defaultdict(list)
    scopes = [_APART.join(one) for one in lots if one.lot_no]
    for one in await listed(LOTS, scopes) if scopes else ():
        if not one.retired:
            found[ItemLot(one.item_no, one.lot_no)].append(_ratio(one))
    return dict(found)


def read_measures(item: reference_pb2.Item) -> Measures:
    """The units it may be counted in today; what holds for every lot before planning figures."""
    told = [(getattr(one, "from"), one.to, one.valid_from) for one in item.conversions]
    today = SystemClock().now().date()  # house: allow wall-clock - ratios change by the day
    own = [item.conversions[place] for place in in_force(told, today.isoformat())]
    exact = sorted(own, key=lambda one: one.basis == reference_pb2.CONVERSION_BASIS_LOT)
    return Measures(item.base_unit, tuple(map(_ratio, exact)))


async def _measured(
    items: Mapping[str, reference_pb2.Item], goods: Collection[ItemLot]
) -> Measured:
    measures = {item_no: read_measures(item) for item_no, item in items.items()}
    return Measured(measures, await read_ratios(goods))


def _items(wanted: Mapping[ItemLot, str]) -> dict[str, str]:
    """Each with the field that names it first."""
    items: dict[str, str] = {}
    for goods, field in wanted.items():
        items.setdefault(goods.item_no, field)
    return items


def _ratio(one: reference_pb2.UnitConversion | records_pb2.LotConversion) -> Ratio:
    return getattr(one, "from"), one.to, Fraction(one.numerator, one.denominator)
