"""Variants: deaths counted without the range they happened in; failures counted as deaths."""

from contextlib import suppress

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.attempt import Attempt
from services.kit.backbone.consumer import Consumer
from services.kit.backbone.cursor import Cursors
from services.kit.backbone.envelope import Event
from services.kit.backbone.inbox import Inbox
from services.kit.backbone.link import Link
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.errors import UnavailableError
from services.kit.store import Store
from tests.faults.checker import check
from tests.faults.place import SUBSCRIBER, TOPIC, Place
from tests.faults.rig import Rig
from tests.faults.roles import Consuming, Effects, Relaying
from tests.faults.variants.consumers import ForgetsRange, NoTestimony
from tests.faults.variants.owner import PARTITION, owner_of
from tests.faults.variants.test_fence import take, unheard

pytestmark = pytest.mark.fault

# One in the batch, then three a killer alone: what a count with its range costs.
LEAST_DEATHS = 7


@pytest.mark.parametrize(("kind", "frugal"), [(Consumer, True), (ForgetsRange, False)])
def test_two_killers_cost_few_processes(rig: Rig, kind: type[Consumer], frugal: bool) -> None:
    keys = [key for key in (f"k{number}" for number in range(100)) if TOPIC.part_of(key) == 0]
    kinds = ["killer" if place in (6, 11) else "plain" for place in range(14)]
    rig.publish((key, f"{what}.{key}") for key, what in zip(keys, kinds, strict=False))
    rig.start("relay", Relaying())
    rig.go_on_until(lambda: rig.count("signal.published") == len(kinds), "the stream")
    rig.start("consumer", Consuming(kind=kind, term=0.15))
    parked = "SELECT key FROM parked_key"
    rig.go_on_until(lambda: len(rig.books.reader(parked)) == 2, "both killers parked", 60)
    deaths = rig.count("kill.poison")
    print(f"two poisons cost {deaths} processes with {kind.__name__}")  # noqa: T201
    assert (deaths <= LEAST_DEATHS + 2) is frugal


@pytest.mark.parametrize(("kind", "exact"), [(Cursors, True), (NoTestimony, False)])
async def test_failing_alive_is_no_death(place: Place, kind: type[Cursors], exact: bool) -> None:
    store = Store(place.reader)
    subscriptions = Subscriptions()
    failures = 5

    @subscriptions.on(StringValue)
    async def fail_at_first(events: list[Event[StringValue]]) -> None:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise UnavailableError("not now")
        await Effects(place).apply(events)

    async with owner_of(place) as owner:
        await owner.publish("a")
        link, cursors = Link(store), kind(SUBSCRIBER, "one")
        await cursors.prepare(link, [TOPIC])
        lease = await take(cursors, link)
        lease.suspect_until = 1
        attempt = Attempt(
            cursors=cursors,
            inbox=Inbox(store, cursors, unheard, limit=30),
            subscriptions=subscriptions,
            link=link,
            deaths=3,
            batch=100,
            careful=50,
            look_again=0.5,
        )
        for _ in range(failures + 1):
            with suppress(UnavailableError):
                await attempt.run(lease, await owner.entries())
        verdict = check(owner.books.accepted(), owner.books.journal())
        await link.drop()
    await store.close()
    assert lease.partition == PARTITION
    assert verdict.ok is exact
