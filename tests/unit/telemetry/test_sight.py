"""Values that change one by one become looks that attribute every count to its job."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.telemetry.domain.change import Change, Tag
from services.telemetry.domain.equipment import MachineMode, MachineState
from services.telemetry.domain.look import Quality
from services.telemetry.domain.looks import coalesce
from services.telemetry.domain.sight import Sight
from tests.unit.telemetry.press import (
    GOOD,
    LOT,
    MATERIAL,
    MODE,
    ORDER,
    PRESS,
    REASON,
    SCRAP,
    STATE,
    UNITS,
    USED,
    at,
    change,
    connected,
    count,
    first,
    good,
    sight,
)


def test_the_first_look_waits_for_every_node_and_is_uncertain() -> None:
    fresh = sight()
    fresh.begin(UNITS, "boot-1")
    assert fresh.see(first(good=3)[:-1]) == ((), ())
    assert fresh.awaited == {first()[-1].tag}
    looks, states = fresh.see(first(good=3)[-1:])
    assert not fresh.awaited
    assert [(good(look), look.quality, look.gap_since) for look in looks] == [
        (3, Quality.UNCERTAIN, None)
    ]
    assert [(one.state, one.mode, one.quality) for one in states] == [
        (MachineState.IDLE, MachineMode.PRODUCTION, Quality.GOOD)
    ]
    assert looks[0].plant == states[0].plant == "lyon"


def test_what_changed_while_the_first_look_was_awaited_follows_it() -> None:
    fresh = sight()
    fresh.begin(UNITS, "boot-1")
    fresh.see([*first()[:-1], change(GOOD, 2, 1)])
    looks, _ = fresh.see(first()[-1:])
    assert [(good(look), look.quality) for look in looks] == [
        (0, Quality.UNCERTAIN),
        (2, Quality.GOOD),
    ]


def test_a_job_change_is_a_look_before_the_counts_of_its_moment() -> None:
    press = connected()
    looks, _ = press.see([change(GOOD, 5, 1), change(GOOD, 6, 2), change(ORDER, "4711", 2)])
    assert [(good(look), look.order_no) for look in looks] == [(5, ""), (6, "4711")]
    # What the follower needs is the end of the job before: 5, and nothing of the new one in it.
    assert looks[0].read_at.moment == at(1)
    assert looks[1].read_at.moment == at(2) + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("tag", "value"), [(ORDER, "1"), (LOT, "L1"), (MATERIAL, "F1"), (REASON, "torn")]
)
def test_every_part_of_the_context_ends_a_run(tag: Tag, value: str) -> None:
    press = connected()
    looks, _ = press.see([change(USED, 1, 1), change(tag, value, 2), change(USED, 2, 3)])
    assert [int(look.counters[2].reading.value) for look in looks] == [1, 2]


@st.composite
def shifts(draw: st.DrawFn) -> tuple[list[Change], dict[tuple[str, str, str], Decimal]]:
    """What a press did, in order of time, and what it counted for each job."""
    totals = dict.fromkeys((GOOD, SCRAP, USED), Decimal(0))
    now = {ORDER: "", REASON: "", MATERIAL: ""}
    done: list[Change] = []
    counted: dict[tuple[str, str, str], Decimal] = {}
    for step in range(draw(st.integers(1, 12))):
        # Several things may happen at one moment; the job is changed before it is counted for.
        for tag in draw(st.sets(st.sampled_from([ORDER, REASON, MATERIAL]), max_size=2)):
            now[tag] = draw(st.sampled_from("ABC"))
            done.append(change(tag, now[tag], step + 1))
        for tag in draw(st.sets(st.sampled_from([GOOD, SCRAP, USED]))):
            if draw(st.integers(0, 9)) == 0:
                totals[tag] = Decimal(0)
                done.append(Change(at(step + 1), tag, totals[tag]))
                continue
            more = draw(st.integers(1, 5))
            totals[tag] += more
            done.append(Change(at(step + 1.5), tag, totals[tag]))
            about = {GOOD: "", SCRAP: now[REASON], USED: now[MATERIAL]}[tag]
            key = tag.counter, now[ORDER], about
            counted[key] = counted.get(key, Decimal(0)) + more
    return done, counted


@settings(max_examples=60, deadline=None)
@given(shifts(), st.data())
def test_whatever_the_interleaving_each_job_gets_what_was_counted_for_it(
    shift: tuple[list[Change], dict[tuple[str, str, str], Decimal]], data: st.DataObject
) -> None:
    done, counted = shift
    press = sight()
    press.begin(UNITS, "boot-1")
    told = list(press.see(first()).looks)
    times = sorted({one.at for one in done})
    while times:
        # A flush brings all of some moments, its nodes in any order.
        size = data.draw(st.integers(1, len(times)))
        part, times = times[:size], times[size:]
        batch = [one for one in done if one.at in part]
        told += press.see(data.draw(st.permutations(batch))).looks
    assert count(told) == counted
    # The buffer coalesces once more, across flushes.
    assert count(coalesce(told)) == counted
    moments = [look.read_at.moment for look in told]
    assert moments == sorted(set(moments))


def test_looks_of_a_run_are_told_once_and_resets_twice() -> None:
    press = connected()
    looks, _ = press.see([change(GOOD, n, n) for n in (1, 2, 3)] + [change(GOOD, 1, 4)])
    assert [(good(look), look.gap_since) for look in looks] == [(3, None), (1, at(3))]


def test_a_value_that_the_source_doubts_is_uncertain_alone() -> None:
    press = connected()
    (look,), _ = press.see([change(GOOD, 5, 1, Quality.UNCERTAIN)])
    assert (look.quality, look.gap_since) == (Quality.UNCERTAIN, None)
    assert press.see([change(GOOD, 6, 2)]).looks[0].quality is Quality.GOOD


def test_a_count_that_arrives_after_the_next_job_is_uncertain() -> None:
    press = connected()
    press.see([change(ORDER, "B", 5)])
    (look,), _ = press.see([change(GOOD, 3, 4)])
    assert (look.order_no, look.quality) == ("B", Quality.UNCERTAIN)
    assert look.read_at.moment == at(5) + timedelta(microseconds=1)


def test_state_and_mode_are_told_when_they_change() -> None:
    press = connected()
    looks, states = press.see([change(STATE, 6, 1), change(MODE, 2, 2), change(STATE, 6, 3)])
    assert looks == []
    assert [(one.state, one.mode, one.since.moment) for one in states] == [
        (MachineState.EXECUTE, MachineMode.PRODUCTION, at(1)),
        (MachineState.EXECUTE, MachineMode.MAINTENANCE, at(2)),
    ]


def test_a_machine_without_counters_tells_its_state() -> None:
    lamp = Sight(PRESS, [], [STATE])
    lamp.begin({}, "boot-1")
    looks, states = lamp.see([change(STATE, 6, 1)])
    assert (looks, [one.state for one in states]) == ([], [MachineState.EXECUTE])
