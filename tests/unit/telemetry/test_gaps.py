"""What nobody saw is a gap: it is marked, filled by history, or left open to a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.telemetry.domain.change import Counter, Role, Tag
from services.telemetry.domain.equipment import MachineState
from services.telemetry.domain.look import CounterKind, Quality
from services.telemetry.domain.looks import covers
from services.telemetry.domain.sight import Sight
from tests.unit.telemetry.press import (
    GOOD,
    LOT,
    MATERIAL,
    ORDER,
    PRESS,
    REASON,
    SCRAP,
    STATE,
    UNITS,
    at,
    change,
    connected,
    first,
    good,
    sight,
)


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


@pytest.mark.parametrize("lossy", [GOOD, ORDER, LOT, MATERIAL, REASON])
def test_values_lost_on_their_way_are_a_gap_with_all_that_came_before_the_loss_ended(
    lossy: Tag,
) -> None:
    press = connected()
    press.see([change(ORDER, "A", 1), change(GOOD, 5, 2)])
    shown = [change(GOOD, 6, 3), change(ORDER, "B", 4), change(GOOD, 8, 5)]
    end = change(lossy, 9 if lossy == GOOD else "B", 6)
    looks, _ = press.see([*shown, replace(end, after_loss=True), change(GOOD, 10, 7)])
    # What was counted for A and what for B until the loss ended, nobody knows.
    assert [(look.order_no, look.quality, look.gap_since) for look in looks] == [
        ("B", Quality.UNCERTAIN, at(2)),
        ("B", Quality.GOOD, None),
    ]
    assert [good(look) for look in looks] == [9 if lossy == GOOD else 8, 10]
    assert [look.read_at.moment for look in looks] == [at(6), at(7)]


def test_a_lost_state_is_no_gap_in_the_counts() -> None:
    press = connected()
    looks, states = press.see([replace(change(STATE, 6, 2), after_loss=True), change(GOOD, 1, 1)])
    assert [(good(look), look.quality) for look in looks] == [(1, Quality.GOOD)]
    assert [one.state for one in states] == [MachineState.EXECUTE]


def test_what_arrives_late_from_before_the_end_of_a_loss_is_uncertain() -> None:
    press = connected()
    press.see([replace(change(ORDER, "B", 5), after_loss=True)])
    (look,) = press.see([change(GOOD, 3, 4)]).looks
    assert (look.order_no, look.quality) == ("B", Quality.UNCERTAIN)
