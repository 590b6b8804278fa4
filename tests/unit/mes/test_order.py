from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.clock import Instant
from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked, Confirmation, Consumption, Scrap
from services.mes.domain.effort import Effort
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.order import Confirmed, Delivered, WorkOrder
from services.mes.domain.plan import Component, Operation, Plan
from tests.unit.mes.reports import NOON, kg, plan, report

LITRE = Quantity(Decimal(1), "LTR")
AMOUNTS = st.decimals(0, 200, places=3).map(lambda value: Quantity(value, "KGM"))


def running(ordered: str = "100", tolerance: str = "0.1") -> WorkOrder:
    order = WorkOrder.released(plan(ordered=ordered, tolerance=tolerance), NOON)
    order.lifecycle = Lifecycle.RUNNING
    return order


def refusal(order: WorkOrder, one: Confirmation) -> tuple[str, str]:
    before = replace(order, ended=set(order.ended))
    with pytest.raises(InvalidError) as caught:
        order.book(one, NOON)
    assert (order.good, order.last_no, order.version) == (
        before.good,
        before.last_no,
        before.version,
    )
    assert caught.value.hint
    return caught.value.code, caught.value.field


@given(
    ordered=st.decimals("0.001", 150, places=3),
    tolerance=st.decimals(0, 2, places=4),
    reports=st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), max_size=8),
)
def test_no_sum_ever_exceeds_the_tolerance(
    ordered: Decimal, tolerance: Decimal, reports: list[tuple[Quantity, Quantity, Quantity]]
) -> None:
    order = running(str(ordered), str(tolerance))
    limit = Fraction(ordered) * (1 + Fraction(tolerance))
    booked, count = Fraction(0), 0
    for n, (good, scrap, rework) in enumerate(reports):
        total = sum((Fraction(one.value) for one in (good, scrap, rework)), Fraction(0))
        one = replace(report(f"c{n}"), good=good, rework=rework, scrap=(Scrap(scrap),))
        if total and booked + total <= limit:
            booked, count = booked + total, count + 1
            assert order.book(one, NOON).no == count
        else:
            with pytest.raises(InvalidError):
                order.book(one, NOON)
    made = order.good + order.scrap + order.rework
    assert Fraction(made.value) == booked
    assert order.last_no == count


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"good": "110.001"}, "yield.value"),
        ({"good": "0", "rework": "110.001"}, "rework.value"),
        ({"good": "0", "scrap": "110.001"}, "scrap[0].quantity.value"),
    ],
)
def test_over_tolerance_names_what_is_too_much(parts: dict[str, str], field: str) -> None:
    order = running()
    assert refusal(order, report("a", **parts)) == ("over_tolerance", field)  # type: ignore[arg-type]
    assert order.book(report("b", "110"), NOON).no == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"good": kg("-1")}, "negative", "yield.value"),
        ({"rework": kg("-1")}, "negative", "rework.value"),
        ({"scrap": (Scrap(kg("1")), Scrap(kg("-1")))}, "negative", "scrap[1].quantity.value"),
        ({"good": LITRE}, "unit_mismatch", "yield.unit"),
        ({"rework": LITRE}, "unit_mismatch", "rework.unit"),
        ({"scrap": (Scrap(LITRE),)}, "unit_mismatch", "scrap[0].quantity.unit"),
        (
            {"consumed": (Consumption("FLOUR", "F1", kg("0")),)},
            "not_positive",
            "consumed[0].quantity.value",
        ),
        ({"lot_no": ""}, "lot_required", "lot_no"),
        ({"good": kg("0")}, "empty_confirmation", "yield.value"),
        ({"operation": 15}, "unknown_operation", "operation_sequence"),
        ({"passed": kg("1")}, "passed_on_at_last_operation", "passed_on"),
        ({"operation": 10, "passed": kg("1")}, "duplicate_output", "passed_on"),
        (
            {"returned": (Consumption("FLOUR", "", kg("-1")),)},
            "not_positive",
            "returned[0].quantity.value",
        ),
        ({"effort": Effort(labour=LITRE)}, "not_a_time", "labour_time.unit"),
        (
            {"effort": Effort(machine=Quantity(Decimal(-1), "MIN"))},
            "negative",
            "machine_time.value",
        ),
        (
            {"effort": Effort(started_at=Instant(NOON), ended_at=Instant(NOON - timedelta(1)))},
            "bad_time",
            "ended_at",
        ),
    ],
)
def test_what_the_plan_does_not_allow(changes: dict[str, object], code: str, field: str) -> None:
    assert refusal(running(), replace(report("a"), **changes)) == (code, field)  # type: ignore[arg-type]


def test_lifecycle_confirmation_and_delivery_are_three_things() -> None:
    order = running()
    assert (order.confirmed, order.delivered) == (Confirmed.NONE, Delivered.NONE)
    order.book(report("a", "0", scrap="1", operation=10, final=True), NOON)
    assert (order.confirmed, order.delivered) == (Confirmed.PARTIAL, Delivered.NONE)
    assert order.ended == {10}
    order.book(report("b", "40", operation=20), NOON)
    assert (order.confirmed, order.delivered) == (Confirmed.PARTIAL, Delivered.PARTIAL)
    order.book(report("c", "60", final=True), NOON)
    assert (order.confirmed, order.delivered) == (Confirmed.FINAL, Delivered.FULL)
    assert order.lifecycle is Lifecycle.COMPLETED


def test_an_order_without_a_routing_has_one_nameless_operation() -> None:
    order = WorkOrder.released(plan(operations=()), NOON)
    order.lifecycle = Lifecycle.RUNNING
    booked = order.book(report("a", final=True), NOON)
    assert (booked.report.operation, booked.completes) == (0, True)


def test_a_replay_is_the_very_same_report() -> None:
    Booked(1, report("a")).replay(report("a"))
    with pytest.raises(ConflictError, match="a was booked with other content"):
        Booked(1, report("a")).replay(report("a", "11"))


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"ordered": kg("0")}, "not_positive", "quantity.value"),
        ({"over_tolerance": Decimal("-0.1")}, "bad_tolerance", "over_tolerance"),
        ({"over_tolerance": Decimal("NaN")}, "bad_tolerance", "over_tolerance"),
        ({"due_end": NOON - timedelta(1)}, "bad_time", "due_end"),
        ({"operations": (Operation(1), Operation(1))}, "duplicate_operation", "operations"),
        (
            {"components": (Component(10, "FLOUR", kg("1"), operation=15),)},
            "unknown_operation",
            "components[0].operation_sequence",
        ),
    ],
)
def test_plans_that_contradict_themselves(
    changes: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        replace(plan(), **changes)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.field) == (code, field)


def test_operations_stand_in_their_order() -> None:
    assert [one.sequence for one in plan(operations=(20, 10)).operations] == [10, 20]
    plain = Plan(plan().key, "BREAD", kg("1"))
    plain.require_same(plain)
