"""Of two collectors that heard the same one tells it; an old leader is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.kit.clock import SystemClock
from services.kit.elector import Elector, Pace, Term
from services.kit.errors import ConflictError
from services.kit.lease import LeaseRow
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.forwarder import Forwarder
from services.telemetry.domain.look import Quality
from services.telemetry.settings import LEASE
from services.telemetry.store import open_books
from tests.component.telemetry.hub import Hub
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import look, state
from tests.waiting import until

PLANTS = ("lyon",)
PACE = Pace(renew=0.05, request=1.0, deadline=2.0, takeover=2.5)


class Replica:
    """A buffer and the elector that forwards it; it stops without handing over when killed."""

    def __init__(self, hub: Hub, name: str, folder: Path) -> None:
        self.buffer = Buffer(folder / f"{name}.sqlite")
        books = open_books(SystemClock(), Pulse())
        self.forwarder = Forwarder(hub.store, books, self.buffer, PLANTS)
        lease, floor = LeaseRow(hub.store, LEASE), self.forwarder.floor
        self.elector = Elector(lease, name, self.forwarder.lead, floor=floor, pace=PACE)
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self.elector.run(asyncio.Event()))

    async def kill(self) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running})


async def told(hub: Hub, count: int) -> list[tuple[int, str]]:
    """Epoch and order of the looks in the outbox, as soon as there are so many."""
    async with asyncio.timeout(30):
        while True:
            events = [one for _, one in await hub.events() if hasattr(one, "counters")]
            if len(events) >= count:
                return [(event.epoch, event.order_no) for event in events]
            await asyncio.sleep(0.05)


async def test_one_of_two_tells_and_the_other_goes_on_where_it_ended(
    hub: Hub, tmp_path: Path
) -> None:
    first, second = Replica(hub, "a", tmp_path), Replica(hub, "b", tmp_path)
    heard = [look(n, order_no=str(n)) for n in range(6)]
    for replica in (first, second):
        await replica.buffer.keep(heard[:4], [state(0)])
    first.start()
    assert [order for _, order in await told(hub, 4)] == list("0123")
    second.start()
    await second.buffer.keep(heard[4:], [])
    # The standby forgets what the leader told, and keeps what it did not.
    await second.forwarder.prune()
    kept = await second.buffer.first(10)
    assert kept
    assert [one.order_no for one in kept.looks] == ["4", "5"]
    assert not second.elector.leading
    await first.kill()
    looks = await told(hub, 6)
    await second.kill()
    assert [order for _, order in looks] == list("012345")
    epochs = [epoch for epoch, _ in looks]
    assert epochs[:4] == [epochs[0]] * 4
    assert epochs[4:] == [epochs[0] + 1] * 2


@asynccontextmanager
async def leading(hub: Hub, replica: Replica) -> AsyncIterator[None]:
    """It leads, until the next one takes its term away."""
    epoch, clock = await replica.forwarder.floor() + 1, SystemClock()
    task = asyncio.create_task(replica.forwarder.lead(Term(epoch, clock.monotonic() + 60, clock)))
    yield
    task.cancel()
    await asyncio.wait({task})


async def shown(hub: Hub, *qualities: Quality) -> None:
    """Wait until the states told are as good as that, in this order."""
    async with asyncio.timeout(30):
        while True:
            events = [one for _, one in await hub.events() if hasattr(one, "mode")]
            if [event.quality for event in events] == list(qualities):
                return
            await asyncio.sleep(0.05)


async def test_a_new_leader_says_what_it_sees_that_the_one_before_lost(
    hub: Hub, tmp_path: Path
) -> None:
    seeing, blind = Replica(hub, "a", tmp_path), Replica(hub, "b", tmp_path)
    await seeing.buffer.keep([look(1)], [state(0)])
    async with leading(hub, seeing):
        await shown(hub, Quality.GOOD)
    await blind.buffer.keep([], [state(0), state(0, quality=Quality.UNCERTAIN)])
    async with leading(hub, blind):
        await shown(hub, Quality.GOOD, Quality.UNCERTAIN)
    assert await seeing.buffer.first(1) is None
    async with leading(hub, seeing):
        await shown(hub, Quality.GOOD, Quality.UNCERTAIN, Quality.GOOD)


async def test_a_leader_whose_term_is_over_tells_nothing(hub: Hub, tmp_path: Path) -> None:
    replica, heir = Replica(hub, "a", tmp_path), Replica(hub, "b", tmp_path)
    clock = SystemClock()
    old = Term(1, clock.monotonic() + 60, clock)
    leading_still = asyncio.create_task(replica.forwarder.lead(old))
    await until(lambda: epoch_is(replica, 1), 10)
    async with leading(hub, heir):
        await until(lambda: epoch_is(heir, 2), 10)
        # It does not know yet: by its own clock its term goes on.
        await replica.buffer.keep([look(1)], [])
        with pytest.raises(ConflictError) as refused:
            await asyncio.wait_for(leading_still, 10)
    assert refused.value.code == "superseded"
    assert await hub.told() == []
    assert await replica.buffer.first(1)


async def epoch_is(replica: Replica, epoch: int) -> bool:
    """Whether the hub has seen it."""
    return await replica.forwarder.floor() == epoch


async def test_a_term_that_began_with_an_epoch_keeps_out_another_of_the_same(
    hub: Hub, tmp_path: Path
) -> None:
    """As after a Lease that was deleted while its leader was paused before it said a word."""
    replica, clock = Replica(hub, "a", tmp_path), SystemClock()
    await replica.buffer.keep([look(1)], [])
    async with leading(hub, Replica(hub, "b", tmp_path)):
        await until(lambda: epoch_is(replica, 1), 10)
        with pytest.raises(ConflictError):
            async with asyncio.timeout(10):
                await replica.forwarder.lead(Term(1, clock.monotonic() + 60, clock))
    assert await hub.told() == []
