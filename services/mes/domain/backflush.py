"""Consumption that follows from what is made: each component's share, to the last decimal.

The share of an output is `component.quantity / ordered` of it, exactly. What is booked is rounded
to the decimals of the item's base unit; what rounding left over or took too much is carried to the
next output, so that the sum never strays from the exact share by more than one last decimal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from services.kit.quantity import Measures, Quantity
from services.kit.rounding import Tally
from services.kit.units import find_unit
from services.mes.domain.confirmation import Confirmation, Consumption
from services.mes.domain.plan import Component, Plan


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of one component: the output that backflush has booked for, and how much it has booked.

    `output` is in the order's unit, `booked` in the item's base unit.
    """

    output: Quantity
    booked: Quantity

    def due(self, made: Quantity, share: Fraction) -> Quantity:
        """What to book for more output, with what rounding left over before."""
        tally = Tally(
            find_unit(self.booked.unit).decimals,
            Fraction(self.output.value) * share,
            self.booked.value,
        )
        _, part = tally.post(Fraction(made.value) * share)
        return Quantity(part, self.booked.unit)


Covered = dict[int, Coverage]
"""By the place of the component in the plan."""
Items = Mapping[str, Measures]


def draw(
    plan: Plan, covered: Covered, report: Confirmation, items: Items
) -> tuple[Confirmation, Covered]:
    """The report with what its output consumes by itself, and the coverage then.

    An item that the report names itself is as reported: it is not backflushed as well.
    """
    after = dict(covered)
    drawn: list[Consumption] = []
    for place in _due(plan, report):
        one = plan.components[place]
        measures = items[one.item_no]
        before = covered.get(place) or Coverage(
            Quantity.zero(plan.ordered.unit), Quantity.zero(measures.base)
        )
        amount = before.due(_made(report), share_of(plan, one, measures))
        if amount.value:
            drawn.append(Consumption(one.item_no, one.lot_no, amount, backflushed=True))
        after[place] = Coverage(before.output + _made(report), before.booked + amount)
    return replace(report, consumed=(*report.consumed, *drawn)), after


def take_back(plan: Plan, covered: Covered, report: Confirmation) -> Covered:
    """The coverage without a report that was booked."""
    after = dict(covered)
    drawn = [one for one in report.consumed if one.backflushed]
    for place in _due(plan, report.as_reported):
        one, coverage = plan.components[place], covered[place]
        booked = coverage.booked
        if drawn and (drawn[0].item_no, drawn[0].lot_no) == (one.item_no, one.lot_no):
            booked -= drawn.pop(0).quantity
        after[place] = Coverage(coverage.output - _made(report), booked)
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
