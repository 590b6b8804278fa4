"""Consumption that follows from what is made: each component's share, to the last decimal.

The share of an output is `component.quantity / ordered` of it, exactly. What is booked is rounded
to the decimals of the item's base unit; what rounding left over or took too much is carried to the
next output, so that the sum never strays from the exact share by more than one last decimal. A
ratio that changes meanwhile changes the share of what comes, not of what was booked.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from services.kit.measures import Measured
from services.kit.quantity import Measures, Quantity
from services.kit.rounding import Tally
from services.kit.units import find_unit
from services.mes.domain.confirmation import Confirmation, Consumption
from services.mes.domain.plan import Component, Plan


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one component: the output that backflush has booked for, and how much it has booked.

    `output` is in the order's unit, `booked` in the item's base unit. Both count since `share` is
    what one unit of output takes, None where nobody noted it.
    """

    output: Quantity
    booked: Quantity
    share: Fraction | None = field(default=None, compare=False)

    def at(self, share: Fraction) -> "Coverage":
        """The same while the share stays; else it is over, and another begins."""
        if self.share in (None, share):
            return replace(self, share=share)
        return Coverage(Quantity.zero(self.output.unit), Quantity.zero(self.booked.unit), share)

    def due(self, made: Quantity, share: Fraction) -> Quantity:
        """What to book for more output, with what rounding left over before."""
        tally = Tally(self._decimals, Fraction(self.output.value) * share, self.booked.value)
        _, part = tally.post(Fraction(made.value) * share)
        return Quantity(part, self.booked.unit)

    def without(self, made: Quantity, drawn: Quantity) -> "Coverage":
        """Less an output and what was booked for it; one of another share is over already."""
        if self.share is not None:
            off = abs(Fraction(drawn.value) - Fraction(made.value) * self.share)
            if off * 10**self._decimals >= 1:
                return self
        return replace(self, output=self.output - made, booked=self.booked - drawn)

    @property
    def _decimals(self) -> int:
        return find_unit(self.booked.unit).decimals


Covered = dict[int, Coverage]
"""By the place of the component in the plan."""


def draw(
    plan: Plan, covered: Covered, report: Confirmation, items: Measured
) -> tuple[Confirmation, Covered]:
    """The report with what its output consumes by itself, and the coverage then.

    An item that the report names itself is as reported: it is not backflushed as well.
    """
    after = dict(covered)
    drawn: list[Consumption] = []
    for place in _due(plan, report):
        one = plan.components[place]
        measures = items.of(*one.goods)
        share = share_of(plan, one, measures)
        known = covered.get(place) or Coverage(
            Quantity.zero(plan.ordered.unit), Quantity.zero(measures.base)
        )
        before = known.at(share)
        amount = before.due(_made(report), share)
        if amount.value:
            drawn.append(Consumption(one.item_no, one.lot_no, amount, backflushed=True))
        after[place] = Coverage(before.output + _made(report), before.booked + amount, share)
    return replace(report, consumed=(*report.consumed, *drawn)), after


def take_back(plan: Plan, covered: Covered, report: Confirmation) -> Covered:
    """The coverage without a report that was booked."""
    after = dict(covered)
    drawn = [one for one in report.consumed if one.backflushed]
    for place in _due(plan, report.as_reported):
        one, coverage = plan.components[place], covered[place]
        amount = Quantity.zero(coverage.booked.unit)
        if drawn and drawn[0].goods == one.goods:
            amount = drawn.pop(0).quantity
        after[place] = coverage.without(_made(report), amount)
    return after


def share_of(plan: Plan, component: Component, measures: Measures) -> Fraction:
    """How much of the component, in its base unit, one unit of output takes."""
    wanted = Fraction(component.quantity.value) * measures.ratio(component.quantity.unit)
    return wanted / Fraction(plan.ordered.value)


def _due(plan: Plan, report: Confirmation) -> list[int]:
    """The places of the components that the report's output consumes by itself."""
    told = {one.item_no for one in report.consumed}
    return [
        place
        for place, one in enumerate(plan.components)
        if one.backflush
        and _made(report).value
        and (one.operation or plan.last_operation) == report.operation
        and one.item_no not in told
    ]


def _made(report: Confirmation) -> Quantity:
    return report.output + report.scrapped
