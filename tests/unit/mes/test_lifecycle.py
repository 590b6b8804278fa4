import pytest

from services.kit.errors import ConflictError
from services.mes.domain.lifecycle import REPORTING, WORK_ORDER, Command, Lifecycle
from services.mes.domain.order import WorkOrder
from tests.unit.mes.reports import NOON, plan, report

# domain-model 3.2 once more, written by hand: state, then command -> state.
TABLE = """
    planned     release -> released, cancel -> cancelled
    released    dispatch -> dispatched, unrelease -> planned, cancel -> cancelled
    dispatched  make_ready -> ready, revoke -> released, abort -> aborted
    ready       start -> running, revoke -> dispatched, abort -> aborted
    running     hold -> held, pause -> suspended, complete -> completed, abort -> aborted
    held        resume -> running, abort -> aborted
    suspended   resume -> running, hold -> held, abort -> aborted
    completed   close -> closed
    cancelled   close -> closed
    aborted     close -> closed
"""
LEGAL = {
    (state, *step.strip().split(" -> "))
    for state, steps in (line.split(maxsplit=1) for line in TABLE.strip().splitlines())
    for step in steps.split(",")
}
ILLEGAL = [
    (state, command)
    for state in Lifecycle
    for command in Command
    if (state, command) not in {step[:2] for step in LEGAL}
]


def test_the_table_is_the_model() -> None:
    assert {
        (s, c, after) for s, steps in WORK_ORDER.next.items() for c, after in steps.items()
    } == LEGAL
    assert set(WORK_ORDER.states) == set(Lifecycle)
    assert len(ILLEGAL) + len(LEGAL) == len(Lifecycle) * len(Command)


@pytest.mark.parametrize(("state", "command", "after"), sorted(LEGAL))
def test_legal_steps(state: str, command: str, after: str) -> None:
    assert WORK_ORDER.follow(Lifecycle(state), Command(command)) is Lifecycle(after)


@pytest.mark.parametrize(("state", "command"), ILLEGAL)
def test_illegal_steps_name_state_command_and_ways_out(state: Lifecycle, command: Command) -> None:
    with pytest.raises(ConflictError, match=f"^an? {state} order takes no {command}$") as caught:
        WORK_ORDER.follow(state, command)
    assert (caught.value.code, caught.value.field) == ("wrong_state", "command")
    allowed = ", ".join(WORK_ORDER.next[state]) or "nothing, that is its end"
    assert caught.value.hint == f"allowed now: {allowed}"


@pytest.mark.parametrize("state", Lifecycle)
def test_reports_are_taken_from_the_start_until_the_close(state: Lifecycle) -> None:
    order = WorkOrder.released(plan(), NOON)
    order.lifecycle = state
    if state in REPORTING:
        assert order.book(report("a"), NOON).no == 1
        assert order.lifecycle is state
    else:
        with pytest.raises(ConflictError, match=f"a {state} order takes no conf") as caught:
            order.book(report("a"), NOON)
        assert (caught.value.code, caught.value.field) == ("wrong_state", "order")
        assert order == WorkOrder.released(plan(), NOON) or order.version == 1


@pytest.mark.parametrize("state", sorted(REPORTING))
def test_a_final_report_completes_what_runs_and_resumes_nothing(state: Lifecycle) -> None:
    order = WorkOrder.released(plan(), NOON)
    order.lifecycle = state
    if state in (Lifecycle.HELD, Lifecycle.SUSPENDED):
        with pytest.raises(ConflictError, match=f"a {state} order takes no complete"):
            order.book(report("a", final=True), NOON)
        return
    booked = order.book(report("a", final=True), NOON)
    assert booked.completes is (state is Lifecycle.RUNNING)
    assert order.lifecycle is (Lifecycle.COMPLETED if booked.completes else state)
