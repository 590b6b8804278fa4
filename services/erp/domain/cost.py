"""Standard costs: what an item's base unit costs at a plant, from a day on. reference owns them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from services.erp.domain.accounts import WaitingError
from services.kit.quantity import Measures, Quantity


@dataclass(frozen=True, slots=True)
class StandardCost:
    """`amount` of `currency` for `per` of the item; date.min = from the beginning."""

    amount: Decimal
    currency: str
    per: Quantity
    valid_from: date = date.min

    def value(self, base: Fraction, measures: Measures) -> Fraction:
        """Of so much in the item's base unit; raises InvalidError where `per` leads nowhere."""
        price = Fraction(self.amount) / Fraction(self.per.value)
        return base * price / measures.ratio(self.per.unit)


@dataclass(frozen=True, slots=True)
class ValuedItem:
    """An item at a plant, as valuation knows it: its units, its classes and all its costs."""

    plant: str
    item_no: str
    measures: Measures
    classes: tuple[str, ...]
    costs: tuple[StandardCost, ...]

    def base(self, quantity: Quantity) -> Fraction:
        """The amount in the base unit; raises InvalidError naming `unit`."""
        return Fraction(quantity.value) * self.measures.ratio(quantity.unit)

    def cost_on(self, day: date) -> StandardCost:
        """The one in force; raises WaitingError where there is none yet."""
        if found := newest(one for one in self.costs if one.valid_from <= day):
            return found
        raise WaitingError(
            f"{self.item_no} has no standard cost at {self.plant} on {day}",
            code="missing_cost",
            wants=f"cost/{self.plant}/{self.item_no}",
            hint="put a standard cost that is valid by then into the master data",
        )


def newest(costs: Iterable[StandardCost]) -> StandardCost | None:
    """The one that began last."""
    return max(costs, key=lambda one: one.valid_from, default=None)
