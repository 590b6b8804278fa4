"""What one lot of an item really measures, where every lot is measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.kit.errors import InvalidError
from services.kit.measures import of_lot
from services.kit.quantity import Measures
from services.reference.domain.item import Conversion, Item
from services.reference.domain.names import Key, check_name


@dataclass(frozen=True, slots=True)
class LotConversion:
    """1 `source` = numerator/denominator `target` in this lot, exactly.

    One that is `retired` was measured wrong: the item's own ratio holds again. Whatever was
    restated by then stays as it is.
    """

    item_no: str
    lot_no: str
    source: str
    target: str
    numerator: int
    denominator: int
    version: int = 0
    retired: bool = False

    def __post_init__(self) -> None:
        """Refuse a ratio of nothing."""
        check_name(self.item_no, "item_no")
        check_name(self.lot_no, "lot_no")
        Conversion(self.source, self.target, self.numerator, self.denominator)

    @property
    def key(self) -> Key:
        """Item, lot and both units."""
        return (self.item_no, self.lot_no, self.source, self.target)

    def check(self, item: Item, others: Iterable["LotConversion"] = ()) -> None:
        """Raises InvalidError unless the item measures this pair by lot, and allows the ratio.

        It must agree with the `others` of the lot, and with what holds for every lot of the item.
        """
        if not self.retired:
            self._check_planned(item)
            self._check_agrees(item, [one for one in others if not one.retired])

    def _check_agrees(self, item: Item, others: Sequence["LotConversion"]) -> None:
        known = sorted(item.in_force(date.max), key=lambda one: one.is_by_lot)
        exact = [(*one.pair, one.ratio) for one in known if not one.is_by_lot]
        told = [(*one.pair, one.ratio) for one in (self, *others)]
        own = tuple((*one.pair, one.ratio) for one in known)
        measures = of_lot(Measures(item.base_unit, own), told)
        for source, target, ratio in (*told, *exact):
            found = measures.ratio(source) / measures.ratio(target)
            if found != ratio:
                raise InvalidError(
                    f"with it 1 {source} of lot {self.lot_no} would be {found} {target}, not"
                    f" {ratio}",
                    code="contradicting_ratio",
                    field="numerator",
                    hint="correct or retire the other one, or leave this one out",
                )

    def _check_planned(self, item: Item) -> None:
        planned = [one for one in item.conversions if one.is_by_lot and one.pair == self.pair]
        if not planned:
            raise InvalidError(
                f"{self.item_no} has no ratio of its own per lot from {self.source} to"
                f" {self.target}",
                code="not_by_lot",
                field="from",
                hint="give the item a conversion with the basis LOT first",
            )
        mine = self.ratio
        if all(abs(mine / one.ratio - 1) > Fraction(one.tolerance or 0) for one in planned):
            raise InvalidError(
                f"1 {self.source} = {mine} {self.target} is too far from {planned[-1].ratio}",
                code="out_of_tolerance",
                field="numerator",
                hint="measure again, or widen the tolerance of the item's conversion",
            )

    @property
    def ratio(self) -> Fraction:
        """How many `target` one `source` of the lot is."""
        return Fraction(self.numerator, self.denominator)

    @property
    def pair(self) -> tuple[str, str]:
        """From which unit to which."""
        return (self.source, self.target)
