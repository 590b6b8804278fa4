"""What goods are counted in: items, and those of their lots that were measured one by one."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from services.kit.errors import InvalidError
from services.kit.quantity import Measures, Quantity, family_of

Ratio = tuple[str, str, Fraction]
"""(a, b, ratio): 1 a = ratio b."""
_NO_LOTS: Mapping["ItemLot", Sequence[Ratio]] = {}


class ItemLot(NamedTuple):
    """A lot of an item wherever it is; `lot_no` is "" for the item as such."""

    item_no: str
    lot_no: str = ""

    def __str__(self) -> str:
        """For people: "lot L-7 of FILM"."""
        return f"lot {self.lot_no} of {self.item_no}" if self.lot_no else self.item_no


class Measured:
    """Items by number, and ratios that hold for one lot alone.

    The lot's own ratio counts first, then the item's, then the general one of Rec 20. What was
    restated once stays as it is: a ratio that changes counts for what comes.
    """

    def __init__(
        self, items: Mapping[str, Measures], lots: Mapping[ItemLot, Sequence[Ratio]] = _NO_LOTS
    ) -> None:
        self._items = items
        self._lots = {
            lot: of_lot(items[lot.item_no], own)
            for lot, own in lots.items()
            if lot.item_no in items
        }

    def __contains__(self, item_no: str) -> bool:
        """Whether the item is known."""
        return item_no in self._items

    def of(self, item_no: str, lot_no: str = "") -> Measures:
        """What a known item is counted in, or one lot of it."""
        return self._lots.get(ItemLot(item_no, lot_no)) or self._items[item_no]

    def convert(self, goods: ItemLot, quantity: Quantity, unit: str = "") -> Quantity:
        """The same amount in `unit`, else in the item's base unit.

        Raises InvalidError naming `unit` where no ratio leads there, `value` where the result is no
        exact decimal.
        """
        measures = self.of(*goods)
        for one in (quantity.unit, unit or measures.base):
            self.require(goods, one)
        return measures.convert(quantity, unit)

    def restate(self, goods: ItemLot, quantity: Quantity, unit: str = "") -> Quantity:
        """As `convert`; where the item is not known by general ratios, "" changes nothing then."""
        if goods.item_no in self:
            return self.convert(goods, quantity, unit)
        return quantity.to(unit or quantity.unit)

    def require(self, goods: ItemLot, unit: str) -> None:
        """Raises InvalidError naming `unit` where the goods are not counted in it."""
        measures = self.of(*goods)
        try:
            measures.ratio(unit)
        except InvalidError as error:
            whose = "the item, or of this lot alone," if goods.lot_no else "the item"
            raise InvalidError(
                f"{goods} is not counted in {unit}: nothing says how many {measures.base} one is",
                code=error.code,
                field="unit",
                hint=f"{error.hint}; or put the conversion of {whose} into the master data",
            ) from error


def of_lot(item: Measures, own: Sequence[Ratio]) -> Measures:
    """What one lot is counted in: its own ratios, and of the item's in their order what they leave.

    A ratio between units that are connected already says nothing new and is left out, as is one
    that leads nowhere.
    """
    joined: dict[str, set[str]] = {}

    def around(unit: str) -> set[str]:
        return joined.setdefault(family_of(unit), {family_of(unit)})

    chosen = []
    for ratio in (*own, *item.own):
        here, there = around(ratio[0]), around(ratio[1])
        if here is not there:
            chosen.append(ratio)
            here |= there
            joined.update(dict.fromkeys(there, here))
    reached = around(item.base)
    return Measures(item.base, tuple(one for one in chosen if family_of(one[0]) in reached))
