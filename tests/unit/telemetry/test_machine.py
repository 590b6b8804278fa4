"""What a machine shows of what it was told."""

import pytest

from services.telemetry.domain.equipment import MachineState, Mark
from services.telemetry.domain.look import Quality
from services.telemetry.domain.machine import Machine, Report
from tests.unit.telemetry.reports import PRESS, at, look, state

IDLE = MachineState.IDLE


def told(*reports: Report) -> Machine:
    machine = Machine(PRESS, 1)
    assert all([machine.hear(one) for one in reports])
    return machine


def test_of_an_unheard_machine_nothing_is_known() -> None:
    machine = told()
    assert (machine.plant, machine.mark, machine.newest) == ("lyon", Mark(), None)
    assert (machine.order_no, machine.lot_no, machine.counters, machine.as_of) == ("", "", (), None)


@pytest.mark.parametrize(
    ("reports", "job"),
    [
        ((look(5, order_no="1", lot_no="A"),), ("1", "A")),
        ((state(5, order_no="2", lot_no="B"),), ("2", "B")),
        ((look(5, order_no="1"), state(4, order_no="2")), ("1", "L1")),
        ((look(5, order_no="1"), state(5, order_no="2")), ("1", "L1")),
        ((look(5, order_no="1"), state(6, IDLE, order_no="", lot_no="")), ("", "")),
    ],
)
def test_the_newest_report_tells_the_job(reports: tuple[Report, ...], job: tuple[str, str]) -> None:
    machine = told(*reports)
    assert (machine.order_no, machine.lot_no) == job


@pytest.mark.parametrize(
    ("reports", "quality"),
    [
        ((look(5),), Quality.GOOD),
        ((look(5, quality=Quality.BAD),), Quality.BAD),
        ((state(4), look(5, quality=Quality.BAD)), Quality.BAD),
        ((look(5), state(4, quality=Quality.UNCERTAIN)), Quality.UNCERTAIN),
        ((look(5, quality=Quality.UNCERTAIN), state(4)), Quality.GOOD),
    ],
)
def test_it_is_relied_on_as_far_as_it_is_seen(
    reports: tuple[Report, ...], quality: Quality
) -> None:
    assert told(*reports).quality is quality


def test_it_is_as_of_its_newest_value() -> None:
    assert told(look(5), state(7)).as_of == at(7).moment
    assert told(look(9), state(7)).as_of == at(9).moment


@pytest.mark.parametrize("told_of", [(), (look(5),), (state(5),)])
def test_what_nobody_reads_is_uncertain(told_of: tuple[Report, ...]) -> None:
    machine = told(*told_of)
    shown = [machine.quality]
    machine.heard = False
    assert [*shown, machine.quality] == [Quality.GOOD, Quality.UNCERTAIN]


def test_what_cannot_be_read_stays_bad_when_nobody_tries() -> None:
    machine = told(look(5, quality=Quality.BAD))
    machine.heard = False
    assert machine.quality is Quality.BAD
