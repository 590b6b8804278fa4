"""Lifecycles as the model writes them, the status of a lot, and parts that never exceed."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import ConflictError, DomainError, InvalidError
from services.kit.measures import Measured
from services.kit.quantity import Quantity
from services.quality.domain import hold as holds
from services.quality.domain.disposition import Outcome
from services.quality.domain.events import InspectionOpened, key_of
from services.quality.domain.inspection import Inspection
from services.quality.domain.keys import id_of, number_of
from services.quality.domain.lifecycle import INSPECTION, Command, State
from services.quality.domain.status import LotStatus, status_of
from tests.unit.quality.samples import MEASURES, NOON, decision, kg, output

ITEMS = Measured(MEASURES)

# domain-model 3.4 once more, written by hand: state, then command -> state.
TABLE = """
    created    submit -> created, sample -> sampling, record -> results, decide -> created, finish -> decided, cancel -> cancelled
    sampling   submit -> sampling, sample -> sampling, record -> results, decide -> sampling, finish -> decided, cancel -> cancelled
    results    submit -> results, sample -> sampling, record -> results, decide -> results, finish -> decided, cancel -> cancelled
    decided    submit -> created, record -> decided, close -> closed
    closed     submit -> created, reopen -> decided
    cancelled  submit -> created, reopen -> created
"""  # noqa: E501 - a row of the table is a line
HOLDS = """
    being_applied  extend -> being_applied, settle -> in_force, release -> being_lifted
    in_force       extend -> in_force, settle -> in_force, release -> being_lifted
    being_lifted   extend -> being_lifted, settle -> lifted
    lifted         extend -> lifted, settle -> lifted
"""


def read(table: str) -> set[tuple[str, ...]]:
    return {
        (state, *step.strip().split(" -> "))
        for state, steps in (line.split(maxsplit=1) for line in table.strip().splitlines())
        for step in steps.split(",")
    }


LEGAL = read(TABLE)
PAIRS = [(state, command) for state in State for command in Command]


def test_the_table_of_inspections_is_the_model() -> None:
    assert {
        (s, c, after) for s, steps in INSPECTION.next.items() for c, after in steps.items()
    } == LEGAL
    assert set(INSPECTION.states) == set(State)


@pytest.mark.parametrize(("state", "command"), PAIRS)
def test_every_step_leads_where_the_model_says_or_is_refused(
    state: State, command: Command
) -> None:
    after = {step[2] for step in LEGAL if step[:2] == (state, command)}
    if after:
        assert INSPECTION.follow(state, command, field="command") in after
        return
    with pytest.raises(ConflictError, match=f"^a {state} inspection takes no {command}$") as caught:
        INSPECTION.follow(state, command, field="command")
    assert (caught.value.code, caught.value.field) == ("wrong_state", "command")
    assert caught.value.hint == f"allowed now: {', '.join(INSPECTION.next[state])}"


@pytest.mark.parametrize(
    ("state", "command"), [(state, command) for state in holds.State for command in holds.Command]
)
def test_every_step_of_a_hold_likewise(state: holds.State, command: holds.Command) -> None:
    after = {step[2] for step in read(HOLDS) if step[:2] == (state, command)}
    if after:
        assert {holds.HOLD.follow(state, command)} == after
        return
    with pytest.raises(ConflictError, match=r"takes no release$") as caught:
        holds.HOLD.follow(state, command)
    assert (caught.value.code, caught.value.field) == ("wrong_state", "command")


def opened(value: str = "100", number: int = 1) -> Inspection:
    submission = output(value=value)
    zero = Quantity.zero("KGM")
    found = Inspection(number, submission.key, zero, zero, as_of=NOON)
    found.submit(submission.quantity, NOON)
    return found


@given(st.lists(st.decimals("0.001", 60, places=3), max_size=12), st.integers(1, 3))
def test_parts_never_exceed_what_was_submitted(parts: list[Decimal], growths: int) -> None:
    found = opened("50")
    accepted = Decimal(0)
    for split, part in enumerate(parts, start=1):
        if split % 4 == 0 and split // 4 <= growths:
            found.submit(kg("50"), NOON)
        before = found.submitted.value
        made = decision(found.no, str(part), split=split).disposition
        if accepted + part <= before:
            assert found.decide(made, ITEMS, NOON) == made
            accepted += part
        else:
            with pytest.raises(InvalidError) as caught:
                found.decide(made, ITEMS, NOON)
            assert caught.value.code == "over_disposed"
        assert found.decided.value == accepted <= found.submitted.value
        assert (found.state is State.DECIDED) is (found.undecided.value == 0)


@pytest.mark.parametrize(
    ("value", "unit", "code", "field"),
    [
        ("0", "KGM", "not_positive", "value"),
        ("-1", "KGM", "not_positive", "value"),
        ("1", "LTR", "unit_mismatch", "unit"),
        ("100001", "GRM", "over_disposed", "value"),
    ],
)
def test_a_part_that_is_none_is_refused(value: str, unit: str, code: str, field: str) -> None:
    found = opened()
    with pytest.raises(DomainError) as caught:
        found.decide(decision(found.no, value, unit=unit).disposition, ITEMS, NOON)
    assert (caught.value.code, caught.value.field) == (code, f"disposition.quantity.{field}")
    assert found == opened()


def test_a_part_in_another_unit_is_kept_in_that_of_the_inspection() -> None:
    found = opened()
    grams = decision(found.no, "2500", unit="GRM").disposition
    # Of an item that nobody told of the general ratio is known all the same.
    for split, items in enumerate((ITEMS, Measured({})), 1):
        part = found.decide(replace(grams, split_no=split), items, NOON)
        assert part
        assert (part.quantity, part.given) == (kg("2.5"), grams.quantity)
        assert found.decide(replace(grams, split_no=split), items, NOON) is None


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ("accept", LotStatus.RELEASED),
        ("accept scrap", LotStatus.RELEASED),
        ("accept_with_deviation", LotStatus.CONDITIONAL),
        ("accept quarantine", LotStatus.CONDITIONAL),
        ("accept rework", LotStatus.CONDITIONAL),
        ("accept reject scrap", LotStatus.CONDITIONAL),
        ("quarantine", LotStatus.BLOCKED),
        ("reject scrap", LotStatus.BLOCKED),
        ("scrap", LotStatus.BLOCKED),
        ("rework", LotStatus.BLOCKED),
    ],
)
def test_the_status_follows_from_the_outcomes(outcomes: str, expected: LotStatus) -> None:
    parts = outcomes.split()
    found = opened(str(len(parts)))
    for split, outcome in enumerate(parts, start=1):
        assert status_of([found], held=False, excused=False) is LotStatus.IN_INSPECTION
        made = decision(found.no, "1", Outcome(outcome), split=split)
        found.decide(made.disposition, ITEMS, NOON)
    assert status_of([found], held=False, excused=False) is expected
    assert status_of([found], held=True, excused=False) is LotStatus.BLOCKED
    waiting = opened(number=2)
    assert status_of([found, waiting], held=False, excused=False) is LotStatus.IN_INSPECTION
    waiting.command(Command.CANCEL, NOON)
    assert status_of([found, waiting], held=False, excused=False) is expected


def test_the_status_of_what_was_never_inspected() -> None:
    assert status_of([], held=False, excused=False) is LotStatus.CREATED
    assert status_of([], held=False, excused=True) is LotStatus.RELEASED
    assert status_of([], held=True, excused=True) is LotStatus.BLOCKED
    rejected = opened()
    rejected.decide(decision("IL-1", outcome=Outcome.REJECT).disposition, ITEMS, NOON)
    assert status_of([rejected], held=False, excused=True) is LotStatus.CONDITIONAL


def test_facts_of_a_lot_share_its_key() -> None:
    assert key_of(InspectionOpened(opened())) == "lyon/BREAD/L1"


@pytest.mark.parametrize(
    "text", ["", "IL-", "IL-0", "IL-01", "il-1", "IL-1 ", "IL-٣", "IL-" + "9" * 19]
)
def test_only_our_own_numbers_are_read(text: str) -> None:
    assert id_of(text) is None
    assert id_of(number_of(17)) == 17
