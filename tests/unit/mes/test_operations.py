"""What one operation hands on to the next."""

from dataclasses import replace

import pytest

from services.kit.errors import ConflictError, InvalidError
from services.mes.domain.confirmation import Booked
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Control, Operation
from services.mes.domain.progress import Progress
from services.mes.domain.reversal import Reversal
from tests.unit.mes.reports import NOON, kg, plan, report

FREE, CONFIRM = Control.UNSPECIFIED, Control.CONFIRM
MILESTONE, UNREPORTED = Control.MILESTONE, Control.UNREPORTED


def running(*controls: Control) -> WorkOrder:
    operations = tuple(
        Operation(10 * number, control=control) for number, control in enumerate(controls, 1)
    )
    order = WorkOrder.released(replace(plan(), operations=operations), NOON)
    order.lifecycle = Lifecycle.RUNNING
    return order


def test_an_output_before_the_last_operation_is_handed_on_and_delivers_nothing() -> None:
    order = running(FREE, FREE)
    booked = order.book(report("a", "40", operation=10, scrap="2", rework="1"), NOON)
    assert (booked.report.passed, booked.report.good) == (kg("40"), kg("0"))
    assert order.steps[10] == Progress(kg("40"), kg("2"), kg("1"))
    assert (order.good, order.scrap, order.rework) == (kg("0"), kg("2"), kg("1"))
    said = replace(report("b", "0", operation=10, lot=""), passed=kg("5"))
    assert order.book(said, NOON).report == said
    assert order.steps[10].good == kg("45")


@pytest.mark.parametrize(
    ("controls", "allowed"),
    [
        ((FREE, FREE), "30"),
        ((CONFIRM, FREE), "30"),
        ((FREE, MILESTONE), "100"),
        ((FREE, UNREPORTED, FREE), "30"),
        ((UNREPORTED, FREE), "100"),
        ((MILESTONE, FREE), "30"),
    ],
)
def test_no_operation_exceeds_what_the_one_before_handed_on(
    controls: tuple[Control, ...], allowed: str
) -> None:
    order = running(*controls)
    order.book(report("a", "30", operation=10), NOON)
    if allowed == "30":
        with pytest.raises(InvalidError, match="handed on 30 KGM") as caught:
            order.book(report("b", "30", scrap="0.001"), NOON)
        error = caught.value
        assert (error.code, error.field) == ("exceeds_previous_operation", "yield.value")
        assert order.good == kg("0")
    assert order.book(report("c", allowed), NOON).no == 2


def test_an_operation_that_reported_no_yield_binds_only_where_its_control_says_so() -> None:
    free, bound = running(FREE, FREE), running(CONFIRM, FREE)
    for order in (free, bound):
        order.book(report("a", "0", operation=10, scrap="1"), NOON)
    assert free.book(report("b", "90"), NOON).no == 2
    with pytest.raises(InvalidError, match="handed on 0 KGM"):
        bound.book(report("b", "90"), NOON)


def test_every_operation_keeps_the_tolerance() -> None:
    order = running(FREE, FREE)
    with pytest.raises(InvalidError) as caught:
        order.book(report("a", "110.001", operation=10), NOON)
    assert (caught.value.code, caught.value.field) == ("over_tolerance", "yield.value")


def take_back(order: WorkOrder, booked: Booked) -> Booked:
    report = booked.report
    reversal = Reversal("back", report.order, booked.no, "miscounted", report.occurred_at)
    return order.reverse(reversal, booked, NOON)


def test_what_a_later_operation_went_on_with_is_not_taken_back() -> None:
    order = running(FREE, FREE)
    first = order.book(report("a", "20", operation=10), NOON)
    second = order.book(report("b", "10", operation=10), NOON)
    order.book(report("c", "25"), NOON)
    for one in (first, second):
        before = order.steps
        with pytest.raises(ConflictError) as caught:
            take_back(order, one)
        assert caught.value.code == "needed_by_next_operation"
        assert order.steps == before


def test_taken_back_it_is_as_if_it_had_not_been() -> None:
    order = running(FREE, FREE)
    before = (order.good, order.scrap, order.rework, order.steps, order.ended, order.lifecycle)
    booked = order.book(report("a", "20", scrap="2", rework="1", final=True), NOON)
    taken = take_back(order, booked)
    assert (taken.no, taken.reverses, taken.reason) == (2, 1, "miscounted")
    assert taken.report.good == -booked.report.good
    after = (order.good, order.scrap, order.rework, order.steps, order.ended)
    assert after == before[:5]
    # Nothing leads back from completed; what is reported now is late.
    assert order.lifecycle is Lifecycle.COMPLETED
    assert order.book(report("again", "20", final=True), NOON).no == 3


@pytest.mark.parametrize("state", [Lifecycle.CLOSED, Lifecycle.READY])
def test_a_closed_order_stays_as_it_is(state: Lifecycle) -> None:
    order = running(FREE)
    booked = order.book(report("a"), NOON)
    order.lifecycle = state
    with pytest.raises(ConflictError) as caught:
        take_back(order, booked)
    assert (caught.value.code, caught.value.field) == ("wrong_state", "reverses.order")


def test_once_and_no_reversal_of_a_reversal() -> None:
    order = running(FREE)
    booked = order.book(report("a"), NOON)
    taken = take_back(order, booked)
    with pytest.raises(ConflictError, match="a reversed confirmation takes no reverse") as caught:
        take_back(order, replace(booked, reversed_by=taken.no))
    assert (caught.value.code, caught.value.field) == (
        "wrong_state",
        "reverses.confirmation_no",
    )
    with pytest.raises(ConflictError) as caught:
        take_back(order, taken)
    assert caught.value.code == "not_reversible"
    assert booked.stands
    assert not taken.stands
