"""Values that change one by one become looks that attribute every count to its job."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.telemetry.domain.change import Change, Counter, Role, Tag
from services.telemetry.domain.equipment import MachineMode, MachineState
from services.telemetry.domain.look import CounterKind, Look, Quality
from services.telemetry.domain.looks import coalesce, covers
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
    sight,
)


def good(look: Look) -> int:
    return int(look.counters[0].reading.value)


def test_the_first_look_waits_for_every_node_and_is_uncertain() -> None:
    fresh = sight()
    fresh.begin(UNITS, "boot-1")
    assert fresh.see(first(good=3)[:-1]) == ((), ())
    looks, states = fresh.see(first(good=3)[-1:])
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


def test_a_lost_machine_is_uncertain_at_once_and_its_gap_is_marked() -> None:
    press = connected()
    press.see([change(GOOD, 5, 1)])
    assert [one.quality for one in press.lose().states] == [Quality.UNCERTAIN]
    assert press.lose() == ((), ())
    press.begin(UNITS, "boot-1")
    looks, states = press.see(first(9, good=8))
    assert [(good(look), look.quality, look.gap_since) for look in looks] == [
        (8, Quality.UNCERTAIN, at(1))
    ]
    assert [one.quality for one in states] == [Quality.GOOD]
    after, _ = press.see([change(GOOD, 9, 10)])
    assert [(look.quality, look.gap_since) for look in after] == [(Quality.GOOD, None)]


def test_a_gap_in_which_nothing_happened_is_none() -> None:
    press = connected()
    press.lose()
    press.begin(UNITS, "boot-1")
    looks, states = press.see(first())
    assert looks == []
    assert [one.quality for one in states] == [Quality.GOOD]
    assert press.see([change(GOOD, 1, 9)]).looks[0].quality is Quality.GOOD


def test_a_restart_is_a_gap_even_when_nothing_seems_to_have_happened() -> None:
    press = connected()
    press.lose()
    press.begin(UNITS, "boot-2")
    (look,) = press.see(first()).looks
    assert (look.quality, look.gap_since) == (Quality.UNCERTAIN, at(0))
    assert look.read_at.moment == at(0) + timedelta(microseconds=1)


def test_a_counter_that_is_not_retained_names_its_incarnation() -> None:
    press = connected(retained=False)
    press.see([change(GOOD, 7, 1)])
    press.lose()
    press.begin(UNITS, "boot-2")
    assert press.replay([change(GOOD, 9, 2)]) == ((), ())
    (look,) = press.see(first(3, good=2)).looks
    assert [one.incarnation for one in look.counters] == ["boot-2"] * 3
    assert [one.incarnation for one in connected().see([change(GOOD, 1, 1)]).looks[0].counters] == [
        ""
    ] * 3


def test_history_attributes_job_changes_within_a_gap() -> None:
    press = connected()
    press.see([change(ORDER, "A", 1), change(GOOD, 5, 2)])
    press.lose()
    press.begin(UNITS, "boot-1")
    past = [change(GOOD, 7, 3), change(ORDER, "B", 4), change(GOOD, 9, 5)]
    replayed, _ = press.replay(past)
    assert [(good(look), look.order_no, look.quality, look.gap_since) for look in replayed] == [
        (7, "A", Quality.UNCERTAIN, at(2)),
        (9, "B", Quality.UNCERTAIN, None),
    ]
    # The connection repeats what history told, and then goes on.
    again = {one.tag: one for one in [*first(), *past]}
    looks, _ = press.see([*again.values(), change(GOOD, 9, 5), change(GOOD, 10, 6)])
    assert [(good(look), look.quality, look.gap_since) for look in looks] == [
        (10, Quality.GOOD, None)
    ]


def test_what_history_does_not_know_yet_is_still_a_gap() -> None:
    press = connected()
    press.lose()
    press.begin(UNITS, "boot-1")
    press.replay([change(GOOD, 2, 1)])
    (look,) = press.see([*first(good=2)[1:], change(GOOD, 4, 3)]).looks
    assert (good(look), look.quality, look.gap_since) == (4, Quality.UNCERTAIN, at(1))


def test_the_notifications_of_what_was_replayed_are_old_news() -> None:
    press = connected()
    press.lose()
    press.begin(UNITS, "boot-1")
    press.replay([change(GOOD, 2, 1), change(GOOD, 4, 3)])
    # They were sampled when the subscription began, before history was read.
    looks, _ = press.see([*first(), change(GOOD, 2, 1), change(GOOD, 4, 3)])
    assert looks == []
    assert [good(look) for look in press.see([change(GOOD, 5, 4)]).looks] == [5]


def test_history_over_a_restart_must_go_back_to_the_last_look() -> None:
    remembered = [*first(), change(GOOD, 5, 1), change(GOOD, 7, 2), change(ORDER, "B", 3)]
    for past, replays in [
        (remembered, True),
        ([*remembered[:1], *remembered[2:]], False),
        ([*first(good=1), *remembered[10:]], False),
    ]:
        press = connected()
        press.see([change(GOOD, 5, 1)])
        press.lose()
        press.begin(UNITS, "boot-2")
        assert bool(press.replay(past).looks) is replays
        (look, *_) = press.see(first(9, good=8, order="B")).looks
        assert (good(look), look.quality) == (8, Quality.UNCERTAIN)


def test_another_process_goes_on_from_the_look_that_was_told_last() -> None:
    press = connected()
    (last,), _ = press.see([change(GOOD, 5, 1)])
    _, (told,) = press.see([change(STATE, 6, 1)])
    heir = sight(last, told)
    assert [one.quality for one in heir.lose().states] == [Quality.UNCERTAIN]
    heir.begin(UNITS, "boot-1")
    replayed, _ = heir.replay([*first(), change(GOOD, 5, 1), change(GOOD, 6, 2)])
    assert [(good(look), look.gap_since) for look in replayed] == [(6, at(1))]
    (look,) = heir.see(first(4, good=7)).looks
    assert (good(look), look.quality, look.gap_since) == (7, Quality.UNCERTAIN, at(2))


def test_an_heir_of_other_counters_has_nothing_to_replay() -> None:
    (last,), _ = connected().see([change(GOOD, 5, 1)])
    heir = Sight(
        PRESS, [Counter("new", CounterKind.GOOD, retained=True)], [Tag(Role.COUNT, "new")], last
    )
    heir.begin({"new": "H87"}, "boot-1")
    assert heir.replay([]) == ((), ())
    new = Tag(Role.COUNT, "new")
    (look,), (state,) = heir.see([change(new, 1, 3)])
    assert (look.quality, look.gap_since) == (Quality.UNCERTAIN, at(1))
    assert (state.state, state.since.moment) == (MachineState.UNKNOWN, at(3))


def test_nothing_is_replayed_of_a_machine_never_seen() -> None:
    fresh = sight()
    fresh.begin(UNITS, "boot-1")
    assert fresh.replay(first()) == ((), ())


def test_a_bad_value_is_told_as_bad_and_leaves_a_gap() -> None:
    press = connected()
    press.see([change(GOOD, 5, 1)])
    looks, _ = press.see([change(GOOD, 0, 2, Quality.BAD), change(SCRAP, 1, 2)])
    assert [(look.quality, [one.counter for one in look.counters]) for look in looks] == [
        (Quality.BAD, ["scrap", "used"])
    ]
    looks, _ = press.see([change(GOOD, 8, 3)])
    assert [(good(look), look.quality, look.gap_since) for look in looks] == [
        (8, Quality.UNCERTAIN, at(1))
    ]
    assert press.see([change(GOOD, 9, 4)]).looks[0].quality is Quality.GOOD


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


def test_a_bad_look_does_not_stand_for_values() -> None:
    press = connected()
    (last,), _ = press.see([change(GOOD, 0, 2, Quality.BAD)])
    heir = sight(last)
    heir.begin(UNITS, "boot-1")
    assert heir.replay(first()) == ((), ())


def test_gaps_are_never_covered() -> None:
    press = connected()
    press.lose()
    press.begin(UNITS, "boot-1")
    looks, _ = press.replay([change(GOOD, 1, 1), change(GOOD, 2, 2), change(GOOD, 3, 3)])
    assert [(good(look), look.gap_since) for look in looks] == [(1, at(0)), (3, None)]
    assert not covers(looks[1], looks[0])
