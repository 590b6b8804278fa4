"""Rows 4, 5 and 6: the broker forgets, refuses, dies, stays away, or comes back with less."""

from itertools import cycle

import pytest

from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long

pytestmark = pytest.mark.fault


@short_and_long
def test_row_4_streams_are_rebuilt_from_the_outbox(rig: Rig, scale: Scale) -> None:
    for name in ("producer1", "producer2"):
        rig.start(name, Producer())
    rig.start("relay", Relaying())
    rig.start("consumer", Consuming())
    rig.go_on_until(lambda: rig.books.backlog() > 0, "work")
    faults = cycle([flush, fill_up, lose])

    def chaos() -> None:
        if rig.books.backlog() > 0:
            next(faults)(rig)

    names = ("broker.flushed", "broker.full", "broker.killed")
    rig.go_on_until(
        lambda: all(rig.count(name) >= scale.hits for name in names),
        "every fault of the broker",
        seconds=30 + 10 * scale.hits,
        chaos=chaos,
        every=0.6,
    )
    rig.stop("producer1", "producer2")
    rig.drain()
    lost_before = rig.count("signal.lost_all")
    rig.broker.flush()
    rig.go_on_until(lambda: rig.count("signal.lost_all") > lost_before, "notice of an idle flush")
    rig.go_on_until(lambda: not sent_but_gone(rig), "the tail's return")
    assert rig.streams().repeated == rig.streams().holes == 0
    rig.conclude(
        f"4-{scale.name}",
        {
            "flushes": rig.count("broker.flushed"),
            "spells without memory": rig.count("broker.full"),
            "broker kills": rig.count("broker.killed"),
            "appends refused": rig.count("signal.refused") + rig.count("signal.broker_refused"),
            "rebuilds": rig.count("signal.lost_all"),
        },
    )


def flush(rig: Rig) -> None:
    rig.counters.note("broker.flushed")
    rig.broker.flush()


def fill_up(rig: Rig) -> None:
    rig.counters.note("broker.full")
    rig.broker.fill_up()
    rig.go_on(rig.dice.uniform(0.1, 0.6))
    rig.broker.relieve()


def lose(rig: Rig) -> None:
    rig.counters.note("broker.killed")
    rig.broker.kill()
    rig.go_on(rig.dice.uniform(0.0, 0.5))
    rig.broker.start()


def sent_but_gone(rig: Rig) -> set[str]:
    """Ids of partition tails that are marked sent and do not stand in the broker."""
    tails = rig.books.owner(
        "SELECT o.event_id FROM outbox o JOIN stream_head h USING (partition)"
        " WHERE (o.incarnation, o.n) = (h.sent_incarnation, h.sent_n)"
    )
    return {id for (id,) in tails} - rig.streams().ids


@short_and_long
def test_row_5_producers_go_on_while_the_broker_is_away(rig: Rig, scale: Scale) -> None:
    rig.start("producer", Producer(pause=0.01))
    rig.start("relay", Relaying())
    rig.start("consumer", Consuming())
    rig.go_on_until(lambda: bool(rig.books.journal()), "the first effects")
    rig.broker.kill()
    before, lags = rig.books.written(), [rig.books.backlog()]
    for _ in range(4):
        rig.go_on(scale.seconds / 4)
        lags.append(rig.books.backlog())
    written = rig.books.written() - before
    assert lags == sorted(lags), "lag must show while the broker is away"
    assert lags[-1] - lags[0] > written / 2
    rig.broker.start()
    rig.go_on(0.5)
    rig.stop("producer")
    rig.drain()
    rig.conclude(
        f"5-{scale.name}",
        {
            "written without a broker": written,
            "lag at most": max(lags),
            "tries without a broker": rig.count("signal.broker_down"),
        },
    )


@short_and_long
def test_row_6_a_replica_without_the_tail_gets_it_again(rig: Rig, scale: Scale) -> None:
    rig.start("producer", Producer())
    rig.start("relay", Relaying())
    rig.start("consumer", Consuming())
    for _ in range(min(scale.hits, 5)):
        await_return(rig, fail_over(rig))
    rig.stop("producer")
    rig.drain()
    assert rig.streams().repeated == rig.streams().holes == 0
    rig.conclude(
        f"6-{scale.name}",
        {
            "failovers": rig.count("broker.failed_over"),
            "entries lost and published again": rig.count("broker.entries_lost"),
        },
    )


def await_return(rig: Rig, lost: frozenset[str]) -> None:
    """Entries the replica never saw stand in the stream again."""
    rig.go_on_until(lambda: lost <= rig.streams().ids, "the tail's return")


def fail_over(rig: Rig) -> frozenset[str]:
    """The replica misses the last entries and takes over; their ids."""
    rig.go_on(0.3)
    replica = rig.broker.replica()
    rig.go_on(0.3)
    replica.fall_behind()
    rig.go_on(0.7)
    before = rig.streams().ids
    replica.take_over()
    lost = before - rig.streams().ids
    rig.counters.note("broker.failed_over")
    rig.counters.note("broker.entries_lost", len(lost))
    return lost
