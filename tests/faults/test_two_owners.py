"""Rows 9 and 22: whoever was stopped and replaced may not change anything when it wakes."""

import pytest

from tests.faults.crash import Crash, Fault
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long

pytestmark = pytest.mark.fault

RELAY: Crash = {
    name: Fault("stop", chance=0.05)
    for name in ("relay.between_lock_and_count", "relay.before_publish", "relay.after_publish")
}
CONSUMER: Crash = {
    name: Fault("stop", chance=0.05)
    for name in ("consumer.before_apply", "consumer.mid_batch", "consumer.after_commit")
}


@short_and_long
def test_row_9_a_zombie_is_fenced(rig: Rig, scale: Scale) -> None:
    rig.start("producer", Producer())
    for name in ("relay1", "relay2"):
        rig.start(name, Relaying(patience=0.3), RELAY)
    for name in ("consumer1", "consumer2"):
        rig.start(name, Consuming(), CONSUMER)

    def enough() -> bool:
        counts = rig.counters.read()
        stops = all(counts[f"stop.{point}"] >= scale.hits for point in (*RELAY, *CONSUMER))
        return stops and counts["signal.fenced"] >= scale.hits

    rig.go_on_until(enough, "a stop at every point", seconds=30 + 15 * scale.hits)
    rig.stop("producer")
    rig.calm()
    rig.drain()
    assert rig.streams().repeated == rig.streams().holes == 0
    rig.conclude(
        f"9-{scale.name}",
        {
            "stops": sum(rig.count(f"stop.{point}") for point in (*RELAY, *CONSUMER)),
            "zombies fenced": rig.count("signal.fenced"),
            "takeovers": rig.count("signal.taken_over"),
            "appends refused": rig.count("signal.refused"),
        },
    )


@short_and_long
def test_row_22_two_relays_at_once(rig: Rig, scale: Scale) -> None:
    dawdle: Crash = {"relay.between_lock_and_count": Fault("delay", chance=0.2)}
    for name in ("producer1", "producer2"):
        rig.start(name, Producer())
    for name in ("relay1", "relay2"):
        rig.start(name, Relaying(patience=0.0), dawdle)
    rig.start("consumer", Consuming())

    def evident() -> bool:
        names = ("relay1.placed", "relay2.placed", "relay.cut")
        return all(rig.count(name) for name in names)

    rig.go_on(scale.seconds / 4 + 1, chaos=lambda: cut_a_relay(rig), every=0.5)
    rig.go_on_until(evident, "places of both", seconds=60, chaos=lambda: cut_a_relay(rig))
    rig.stop("producer1", "producer2")
    rig.calm()
    rig.drain()
    assert rig.streams().repeated == rig.streams().holes == 0
    evidence = {
        "placed by the first": rig.count("relay1.placed"),
        "placed by the second": rig.count("relay2.placed"),
        "connections cut": rig.count("relay.cut"),
    }
    if scale.name == "long":
        # Two appends at one moment: in two seconds that is luck, in a minute it is certain.
        evidence["appends refused"] = rig.count("signal.refused")
    rig.conclude(f"22-{scale.name}", evidence)


def cut_a_relay(rig: Rig) -> None:
    """End the session of whoever holds the relays' advisory lock."""
    cut = rig.books.owner(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    rig.counters.note("relay.cut", len(cut))
