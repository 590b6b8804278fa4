"""Row 18: clocks that go back by an hour change nothing, for nothing here reads them."""

import pytest

from tests.faults.clocks import Jumping
from tests.faults.crash import Crash, Fault
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Producer, Relaying
from tests.faults.scale import Scale, short_and_long

pytestmark = pytest.mark.fault

CRASH: Crash = {
    "relay.after_publish": Fault(chance=0.02),
    "consumer.mid_batch": Fault(chance=0.02),
}


@short_and_long
def test_row_18_clocks_back_by_an_hour(rig: Rig, scale: Scale) -> None:
    rig.start("producer", Jumping(Producer()))
    rig.start("relay", Jumping(Relaying()), CRASH)
    for name in ("consumer1", "consumer2"):
        rig.start(name, Jumping(Consuming()), CRASH)
    rig.go_on(scale.seconds / 4 + 1)
    rig.stop("producer")
    rig.calm()
    rig.drain()
    reads = {name: n for name, n in rig.counters.read().items() if name.startswith("clock.")}
    assert not [name for name in reads if name.startswith("clock.services.kit.backbone")]
    rig.conclude(
        f"18-{scale.name}",
        {
            "reads of a jumping clock by others": sum(reads.values()),
            "events stamped an hour apart": stamped_apart(rig),
            "takeovers": rig.count("signal.taken_over"),
        },
    )


def stamped_apart(rig: Rig) -> int:
    """Events whose time lies before that of their predecessor in the key."""
    [(count,)] = rig.books.owner(
        "SELECT count(*) FROM outbox a JOIN outbox b ON b.key = a.key"
        " AND b.sequence = a.sequence + 1 WHERE b.time < a.time - interval '30 minutes'"
    )
    return int(count)
