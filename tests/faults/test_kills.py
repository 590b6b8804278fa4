"""Rows 1, 2 and 3: processes die between any two steps, and in the middle of anything."""

import pytest

from tests.faults.crash import Crash, Fault
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long

pytestmark = pytest.mark.fault

PRODUCER: Crash = {"outbox.after_commit": Fault(chance=0.004)}
RELAY: Crash = {
    "relay.between_lock_and_count": Fault(chance=0.02),
    "relay.before_publish": Fault(chance=0.04),
    "relay.after_publish": Fault(chance=0.04),
}
CONSUMER: Crash = {
    "consumer.before_apply": Fault(chance=0.06),
    "consumer.mid_batch": Fault(chance=0.06),
    "consumer.after_commit": Fault(chance=0.06),
}
POINTS = [*PRODUCER, *RELAY, *CONSUMER]
BLIND = ("relay", "consumer1", "consumer2")


@short_and_long
def test_rows_1_2_3_kill_9_anywhere_changes_no_effect(rig: Rig, scale: Scale) -> None:
    for name in ("producer1", "producer2"):
        rig.start(name, Producer(), PRODUCER)
    rig.start("relay", Relaying(), RELAY)
    for name in ("consumer1", "consumer2"):
        rig.start(name, Consuming(), CONSUMER)

    def enough() -> bool:
        counts = rig.counters.read()
        points = all(counts[f"kill.{point}"] >= scale.hits for point in POINTS)
        return points and sum(counts[f"kill.blind.{name}"] for name in BLIND) >= scale.hits

    rig.go_on_until(
        enough,
        "a kill at every point",
        seconds=30 + 60 * scale.hits,
        chaos=lambda: rig.kill(rig.dice.choice(BLIND)),
        every=1.0,
    )
    rig.stop("producer1", "producer2")
    rig.calm()
    rig.drain()
    streams = rig.streams()
    assert streams.repeated == 0
    assert streams.holes == 0
    rig.conclude(
        f"1-2-3-{scale.name}",
        {
            "republications suppressed": rig.count("signal.republish_suppressed"),
            "batches read again": rig.count("signal.batch_read_again"),
            "takeovers": rig.count("signal.taken_over"),
        },
    )
