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
from services.telemetry.adapters.forwarder import LEASE, Forwarder
from services.telemetry.domain.look import Quality
from services.telemetry.store import open_books
from tests.component.telemetry.hub import Hub
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import look, state

PACE = Pace(renew=0.05, request=1.0, deadline=2.0, takeover=2.5)


class Replica:
    """A buffer and the elector that forwards it; it stops without handing over when killed."""

    def __init__(self, hub: Hub, name: str, folder: Path) -> None:
        self.buffer = Buffer(folder / f"{name}.sqlite")
        self.forwarder = Forwarder(hub.store, open_books(SystemClock(), Pulse()), self.buffer)
        lease = LeaseRow(hub.store, LEASE)
        self.elector = Elector(lease, name, self.forwarder.lead, pace=PACE)
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
    lease, clock = LeaseRow(hub.store, LEASE), SystemClock()
    epoch = await lease.take(await lease.read(), "anybody")
    await lease.drop()
    assert epoch
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
    lease = LeaseRow(hub.store, LEASE)
    old = await lease.take(await lease.read(), "a")
    new = await lease.take(await lease.read(), "b")
    assert (old, new) == (1, 2)
    await lease.drop()
    replica = Replica(hub, "a", tmp_path)
    await replica.buffer.keep([look(1)], [])
    # It does not know yet: by its own clock its term goes on.
    clock = SystemClock()
    with pytest.raises(ConflictError) as refused:
        async with asyncio.timeout(10):
            await replica.forwarder.lead(Term(1, clock.monotonic() + 60, clock))
    assert refused.value.code == "superseded"
    assert await hub.told() == []
    assert await replica.buffer.first(1)
