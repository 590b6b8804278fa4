"""Use case: what machines counted is booked, or waits for a person; it is never lost or doubled."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.mes.application.confirm_operations import confirm_operations
from services.mes.application.find import require_order
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.counting import Difference, Doubt, Outcome, report
from services.mes.domain.keys import OrderKey
from services.mes.domain.look import Look
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books

REFUSED: tuple[type[DomainError], ...] = (ConflictError, InvalidError, NotFoundError)
"""What the books have against a look itself; whatever else they raise passes."""


class _Made(NamedTuple):
    """What a look told without doubt; `look` is its place in the run."""

    look: int
    differences: Sequence[Difference]


async def count_production(books: Books, looks: Sequence[Look]) -> list[Outcome]:
    """Take the looks in their order; the outcome of each.

    One that the books refuse is left out alone: its differences wait with the reason.
    """
    meters = await books.meters.open({look.equipment: look.plant for look in looks})
    outcomes: list[Outcome] = []
    made: list[_Made] = []
    waiting: list[Difference] = []
    for place, look in enumerate(looks):
        outcome, differences = meters[look.equipment].take(look)
        outcomes.append(outcome)
        waiting += [one for one in differences if one.doubt]
        if clear := [one for one in differences if not one.doubt]:
            made.append(_Made(place, clear))
    await books.meters.save(meters.values())
    told = dict(made)
    for place, doubt in (await _book(books, made)).items():
        outcomes[place] = Outcome.UNCOUNTED
        waiting += [one.doubted(doubt) for one in told[place]]
    await books.uncounted.add(waiting)
    return outcomes


async def _book(books: Books, made: Sequence[_Made]) -> dict[int, Doubt]:
    """Why each that was refused was, by its look."""
    orders = await books.orders.get({_order(one) for one in made})
    reports: dict[int, Confirmation] = {}
    doubts: dict[int, Doubt] = {}
    for one in made:
        try:
            reports[one.look] = _report(orders, one)
        except REFUSED as error:
            doubts[one.look] = Doubt.of(error)
    return doubts | await _confirm(books, list(reports.items()))


async def _confirm(books: Books, reports: Sequence[tuple[int, Confirmation]]) -> dict[int, Doubt]:
    """All at once; where that is refused, halves, until the one to blame is alone."""
    if not reports:
        return {}
    try:
        async with books.trial():
            await confirm_operations(books, [report for _, report in reports])
    except REFUSED as error:
        if len(reports) == 1:
            return {reports[0][0]: Doubt.of(error)}
    else:
        return {}
    half = len(reports) // 2
    first = await _confirm(books, reports[:half])
    return first | await _confirm(books, reports[half:])


def _order(made: _Made) -> OrderKey:
    difference = made.differences[0]
    return OrderKey(difference.plant, difference.after.order_no)


def _report(orders: Mapping[OrderKey, WorkOrder], made: _Made) -> Confirmation:
    key, difference = _order(made), made.differences[0]
    unit = require_order(orders, key, field="order_no").plan.ordered.unit
    return report(difference.look, key, difference.after.lot_no, unit, made.differences)
