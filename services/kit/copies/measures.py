"""Our copies of how things are counted, and of lots that were measured one by one.

ITEMS, LOTS = kind_of_items(reference_pb2.Item), kind_of_lots(records_pb2.LotConversion)

A measure counts here from the moment that its event came; until then the item's own does.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from operator import attrgetter
from typing import Any

from services.kit.clock import SystemClock
from services.kit.copies.copies import Copies
from services.kit.copies.kind import Kind, M
from services.kit.copies.shelf import known, listed, require
from services.kit.measures import ItemLot, Measured, Ratio
from services.kit.quantity import Measures, in_force

_APART = "\x1f"
"""No name holds it."""
_KEY = ("item_no", "lot_no", "from", "to")
_PLANNED = 2
"""The basis of a ratio that lots differ from; a contract's numbers never change."""


def kind_of_items(message: type[M]) -> Kind[M]:
    """Messages with `item_no`, `base_unit`, `conversions` and `version`."""
    return Kind("item", message, key=attrgetter("item_no"), version=attrgetter("version"))


def kind_of_lots(message: type[M]) -> Kind[M]:
    """Messages with `item_no`, `lot_no`, `from`, `to`, the ratio, `retired` and `version`."""
    return Kind(
        "lot_conversion",
        message,
        key=lambda one: _APART.join(getattr(one, name) for name in _KEY),
        version=attrgetter("version"),
        scope=lambda one: _APART.join(getattr(one, name) for name in _KEY[:2]),
    )


async def learn_measures(copies: Copies, items: Kind[Any], wanted: Mapping[ItemLot, str]) -> None:
    """Ask for the items that are lacking; raises UnavailableError naming the field of the first."""
    await copies.learn(items, _items(wanted))


class CopiedMeasures:
    """What goods are counted in today, in the ambient unit of work."""

    def __init__(self, items: Kind[Any], lots: Kind[Any]) -> None:
        self._items = items
        self._lots = lots

    async def measures(self, wanted: Mapping[ItemLot, str]) -> Measured:
        """Raises NotFoundError naming the field (its value) of the first item not known."""
        return await self._measured(await require(self._items, _items(wanted)), wanted)

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """The same, without what is not known."""
        return await self._measured(await known(self._items, {one.item_no for one in goods}), goods)

    async def _measured(self, items: Mapping[str, Any], goods: Collection[ItemLot]) -> Measured:
        measures = {item_no: read_measures(item) for item_no, item in items.items()}
        return Measured(measures, await self._ratios(goods))

    async def _ratios(self, goods: Collection[ItemLot]) -> dict[ItemLot, list[Ratio]]:
        """Those that hold for one of these lots alone, in the order of their units."""
        found: defaultdict[ItemLot, list[Ratio]] = defaultdict(list)
        scopes = [_APART.join(one) for one in goods if one.lot_no]
        for one in await listed(self._lots, scopes) if scopes else ():
            if not one.retired:
                found[ItemLot(one.item_no, one.lot_no)].append(_ratio(one))
        return dict(found)


def read_measures(item: Any) -> Measures:
    """The units it may be counted in today; what holds for every lot before planning figures."""
    told = [(getattr(one, "from"), one.to, one.valid_from) for one in item.conversions]
    today = SystemClock().now().date()  # house: allow wall-clock - ratios change by the day
    own = [item.conversions[place] for place in in_force(told, today.isoformat())]
    exact = sorted(own, key=lambda one: bool(one.basis == _PLANNED))
    return Measures(item.base_unit, tuple(map(_ratio, exact)))


def _items(wanted: Mapping[ItemLot, str]) -> dict[str, str]:
    """Each with the field that names it first."""
    items: dict[str, str] = {}
    for goods, field in wanted.items():
        items.setdefault(goods.item_no, field)
    return items


def _ratio(one: Any) -> Ratio:
    return getattr(one, "from"), one.to, Fraction(one.numerator, one.denominator)
