"""Yields wait, dispositions are allotted to them first in, first out, and nothing is lost."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.process.domain.ledger import (
    Disposition,
    Fate,
    Outcome,
    Part,
    Yield,
    allot,
    released_at_once,
)
from tests.unit.process.samples import decision, kilograms, waiting


def cut(*parts: Part) -> list[tuple[int, int, str]]:
    """Confirmation, split and amount of each."""
    return [(part.number, part.split_no, part.quantity.text) for part in parts]


def test_what_is_scrapped_comes_off_a_recalled_yield_first_and_all_else_last() -> None:
    yields = [waiting(1, 10), replace(waiting(2, 10), recalled=True), waiting(3, 10)]
    scrapped = allot(yields, [decision(1, 15, Outcome.SCRAP)])
    assert cut(*scrapped.parts) == [(2, 1, "10"), (1, 1, "5")]
    accepted = allot(yields, [decision(1, 25)])
    assert cut(*accepted.parts) == [(1, 1, "10"), (3, 1, "10"), (2, 1, "5")]


def test_exact_part_is_cut_out_of_one_yield() -> None:
    found = allot([waiting(1, 100)], [decision(1, 80)])
    assert cut(*found.parts) == [(1, 1, "80")]
    assert [one.waiting.text for one in found.yields] == ["20"]
    assert not found.dispositions


def test_decision_takes_the_oldest_yields_first() -> None:
    found = allot([waiting(1, 30), waiting(2, 30), waiting(3, 30)], [decision(1, 70)])
    assert cut(*found.parts) == [(1, 1, "30"), (2, 1, "30"), (3, 1, "10")]
    assert [(one.number, one.waiting.text) for one in found.yields] == [(3, "20")]


def test_decisions_follow_each_other_on_one_yield() -> None:
    found = allot([waiting(1, 100)], [decision(1, 80), decision(2, 20, Outcome.SCRAP)])
    assert cut(*found.parts) == [(1, 1, "80"), (1, 2, "20")]
    assert not found.yields


def test_rest_of_a_decision_waits_for_yields_to_come() -> None:
    found = allot([waiting(1, 30)], [decision(1, 50)])
    assert [one.quantity.text for one in found.dispositions] == ["20"]
    later = allot([waiting(2, 30)], found.dispositions)
    assert cut(*later.parts) == [(2, 1, "20")]


def test_decision_on_another_inspection_takes_nothing() -> None:
    found = allot([waiting(1, 30)], [decision(1, 10, inspection_no="I-2")])
    assert not found.parts
    assert len(found.dispositions) == 1


def test_other_unit_is_refused() -> None:
    pieces = Disposition("I-1", 1, Outcome.ACCEPT, Quantity.parse("10", "H87"))
    with pytest.raises(InvalidError) as refusal:
        allot([waiting(1, 30)], [pieces])
    assert refusal.value.code == "unit_mismatch"


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_decision_on_nothing_is_refused(amount: str) -> None:
    with pytest.raises(InvalidError):
        decision(1, amount)


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        (Outcome.ACCEPT, Fate.RELEASED),
        (Outcome.ACCEPT_WITH_DEVIATION, Fate.RELEASED),
        (Outcome.SCRAP, Fate.SCRAPPED),
        (Outcome.REWORK, Fate.BLOCKED),
        (Outcome.QUARANTINE, Fate.BLOCKED),
        (Outcome.REJECT, Fate.BLOCKED),
    ],
)
def test_fate_of_a_part(outcome: Outcome, fate: Fate) -> None:
    assert allot([waiting(1, 1)], [decision(1, 1, outcome)]).parts[0].fate is fate


def test_uninspected_yield_is_released_at_once() -> None:
    assert released_at_once(3, "L-1", kilograms(5)).fate is Fate.RELEASED


AMOUNTS = st.decimals("0.001", "1000", places=3).map(lambda one: Quantity(one, "KGM"))
INSPECTIONS = st.sampled_from(["I-1", "I-2"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("yield"), INSPECTIONS, AMOUNTS, st.just(Outcome.ACCEPT)),
        st.tuples(st.just("decision"), INSPECTIONS, AMOUNTS, st.sampled_from(Outcome)),
    ),
    max_size=25,
)


@given(STEPS)
def test_quantity_is_conserved_in_whatever_order_things_come(
    steps: list[tuple[str, str, Quantity, Outcome]],
) -> None:
    yields: list[Yield] = []
    decisions: list[Disposition] = []
    parts: list[Part] = []
    for number, (what, inspection, amount, outcome) in enumerate(steps, 1):
        if what == "yield":
            yields.append(Yield(number, "L-1", inspection, amount))
        else:
            decisions.append(Disposition(inspection, number, outcome, amount))
        found = allot(yields, decisions)
        parts += found.parts
        yields, decisions = list(found.yields), list(found.dispositions)
    told: Counter[int] = Counter()
    for number, (_, _, amount, _) in enumerate(steps, 1):
        told[number] = amount.value  # type: ignore[assignment]
    left = {one.number: one.waiting.value for one in yields} | {
        one.split_no: one.quantity.value for one in decisions
    }
    for number in told:
        taken = sum(
            (one.quantity.value for one in parts if number in (one.number, one.split_no)),
            Decimal(0),
        )
        assert taken + left.get(number, Decimal(0)) == told[number]
    assert len({(one.number, one.split_no) for one in parts}) == len(parts), "a pair meets once"
    open_inspections = {one.inspection_no for one in yields}
    assert not open_inspections & {one.inspection_no for one in decisions}, "one side is used up"
