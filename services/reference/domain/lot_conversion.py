"""What one lot of an item really measures, where every lot is measured."""

from dataclasses import dataclass
from fractions import Fraction

from services.kit.errors import InvalidError
from services.reference.domain.item import Conversion, Item
from services.reference.domain.names import Key, check_name


@dataclass(frozen=True, slots=True)
class LotConversion:
    """1 `source` = numerator/denominator `target` in this lot, exactly."""

    item_no: str
    lot_no: str
    source: str
    target: str
    numerator: int
    denominator: int
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a ratio of nothing."""
        check_name(self.item_no, "item_no")
        check_name(self.lot_no, "lot_no")
        Conversion(self.source, self.target, self.numerator, self.denominator)

    @property
    def key(self) -> Key:
        """Item, lot and both units."""
        return (self.item_no, self.lot_no, self.source, self.target)

    def check(self, item: Item) -> None:
        """Raises InvalidError unless the item measures this pair by lot, and allows the ratio."""
        planned = [one for one in item.conversions if one.is_by_lot and one.pair == self.pair]
        if not planned:
            raise InvalidError(
                f"{self.item_no} has no ratio of its own per lot from {self.source} to"
                f" {self.target}",
                code="not_by_lot",
                field="from",
                hint="give the item a conversion with the basis LOT first",
            )
        mine = Fraction(self.numerator, self.denominator)
        if all(abs(mine / one.ratio - 1) > Fraction(one.tolerance or 0) for one in planned):
            raise InvalidError(
                f"1 {self.source} = {mine} {self.target} is too far from {planned[-1].ratio}",
                code="out_of_tolerance",
                field="numerator",
                hint="measure again, or widen the tolerance of the item's conversion",
            )

    @property
    def pair(self) -> tuple[str, str]:
        """From which unit to which."""
        return (self.source, self.target)
