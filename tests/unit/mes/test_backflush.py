"""Backflush: the exact share, rounded, and what rounding leaves is carried on."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.kit.measures import Measured
from services.kit.quantity import Measures, Quantity
from services.mes.domain.backflush import Coverage, share_of
from services.mes.domain.confirmation import Booked, Consumption, Scrap
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.order import WorkOrder
from services.mes.domain.plan import Component, Plan
from services.mes.domain.reversal import Reversal
from tests.unit.mes.reports import NOON, kg, plan, report

EGG = ("C62", "KGM", Fraction(3, 50))
ITEMS = Measured(
    {"FLOUR": Measures("KGM"), "EGG": Measures("C62", (EGG,)), "SALT": Measures("GRM")}
)
FLOUR = Component(10, "FLOUR", kg("70"), backflush=True, lot_no="F1")
EGGS = Component(20, "EGG", Quantity(Decimal(7), "KGM"), backflush=True)
SALT = Component(30, "SALT", kg("1"), backflush=True, operation=10)
TOLD = Component(40, "SUGAR", kg("5"))


def running(*components: Component, ordered: str = "300") -> WorkOrder:
    wanted = replace(plan(ordered=ordered, tolerance="10"), components=components)
    order = WorkOrder.released(wanted, NOON)
    order.lifecycle = Lifecycle.RUNNING
    return order


def drawn(booked: Booked) -> dict[str, Quantity]:
    return {one.item_no: one.quantity for one in booked.report.consumed if one.backflushed}


def test_every_component_has_its_share_of_yield_and_scrap_at_its_operation() -> None:
    order = running(FLOUR, EGGS, SALT, TOLD)
    booked = order.book(report("a", "9", scrap="3"), NOON, ITEMS)
    assert [(one.item_no, one.lot_no, one.backflushed) for one in booked.report.consumed] == [
        ("FLOUR", "F1", True),
        ("EGG", "", True),
    ]
    assert drawn(booked)["FLOUR"] == kg("2.8")
    # 7 kg for 300 kg are 7 * 12 / 300 kg for 12 kg, in eggs of 60 g: 4.67, so 5.
    assert drawn(booked)["EGG"] == Quantity(Decimal(5), "C62")
    first = order.book(report("b", "30", operation=10), NOON, ITEMS)
    assert drawn(first) == {"SALT": Quantity(Decimal(100), "GRM")}


def test_what_is_reported_is_believed() -> None:
    order = running(FLOUR, EGGS)
    used = Consumption("FLOUR", "F2", kg("1"))
    booked = order.book(replace(report("a", "9"), consumed=(used,)), NOON, ITEMS)
    assert drawn(booked).keys() == {"EGG"}
    assert booked.report.as_reported.consumed == (used,)
    assert 0 not in order.covered
    order.reverse(Reversal("back", order.key, 1, "", booked.report.occurred_at), booked, NOON)
    assert 0 not in order.covered


def test_a_replay_is_compared_without_what_was_booked_by_itself() -> None:
    order = running(FLOUR)
    one = report("a", "9", operation=20)
    order.book(one, NOON, ITEMS).replay(one)


AMOUNT = st.decimals(0, 40, places=3)
STEP = st.tuples(AMOUNT, AMOUNT, st.booleans())


@given(
    steps=st.lists(STEP, max_size=30),
    wanted=st.integers(1, 999),
    ordered=st.integers(1, 999),
)
def test_what_is_booked_never_strays_from_the_exact_share(
    steps: list[tuple[Decimal, Decimal, bool]], wanted: int, ordered: int
) -> None:
    egg = Component(10, "EGG", Quantity(Decimal(wanted), "C62"), backflush=True)
    loose = replace(plan(ordered="1000000", tolerance="0"), ordered=kg(str(10**9)))
    order = WorkOrder.released(replace(loose, components=(egg,)), NOON)
    order.lifecycle = Lifecycle.RUNNING
    order.plan = scaled(order.plan, ordered, wanted)
    share = share_of(order.plan, order.plan.components[0], ITEMS.of("EGG"))
    made, booked = Fraction(0), Fraction(0)
    taken_back = 0
    for number, (good, scrap, back) in enumerate(steps):
        if not good + scrap:
            continue
        one = replace(
            report(f"c{number}"), good=Quantity(good, "KGM"), scrap=(Scrap(Quantity(scrap, "KGM")),)
        )
        done = order.book(one, NOON, ITEMS)
        made += Fraction(good) + Fraction(scrap)
        booked += sum((Fraction(q.value) for q in drawn(done).values()), Fraction(0))
        if back:
            reversal = Reversal(f"b{number}", order.key, done.no, "", one.occurred_at)
            order.reverse(reversal, done, NOON)
            made -= Fraction(good) + Fraction(scrap)
            booked -= sum((Fraction(q.value) for q in drawn(done).values()), Fraction(0))
            taken_back += 1
        assert booked >= 0
        assert abs(made * share - booked) <= Fraction(1, 2)
        coverage = order.covered[0]
        assert (Fraction(coverage.output.value), Fraction(coverage.booked.value)) == (made, booked)


@given(amounts=st.lists(st.integers(1, 50), min_size=1, max_size=12), order_of=st.randoms())
def test_all_taken_back_in_any_order_nothing_is_left(amounts: list[int], order_of: Random) -> None:
    order = running(EGGS, ordered="100000")
    done = [
        order.book(report(f"c{n}", str(amount)), NOON, ITEMS) for n, amount in enumerate(amounts)
    ]
    order_of.shuffle(done)
    for one in done:
        reversal = Reversal(f"b{one.no}", order.key, one.no, "", one.report.occurred_at)
        order.reverse(reversal, one, NOON)
        assert order.covered[0].booked.value >= 0
    nothing = order.covered[0]
    assert {nothing.output.value, nothing.booked.value, order.good.value} == {Decimal(0)}


def scaled(wanted: Plan, ordered: int, eggs: int) -> Plan:
    """So much of the egg for so much bread, in an order that is never full."""
    one = wanted.components[0]
    amount = Quantity(Decimal(eggs * 10**6), "C62")
    return replace(
        wanted, ordered=kg(str(ordered * 10**6)), components=(replace(one, quantity=amount),)
    )


def test_what_was_covered_before_shares_were_noted_goes_back_as_it_was() -> None:
    old = Coverage(kg("10"), kg("6"))
    assert old.without(kg("4"), kg("1")) == Coverage(kg("6"), kg("5"))
