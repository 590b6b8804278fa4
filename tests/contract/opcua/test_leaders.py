"""Two collectors listen to one machine: whoever leads, dies or wakes up, a piece counts once."""

import datetime as dt
import signal
import time
from itertools import pairwise

import pytest
from plantmesh.telemetry.v1.events_pb2 import CountersRead

from services.kit.backbone.outbox import Outbox
from services.kit.clock import Instant, SystemClock
from services.kit.errors import ConflictError
from services.kit.store import Store
from services.telemetry.__main__ import TOPIC
from services.telemetry.application.record_looks import record_looks
from services.telemetry.domain.look import Look
from services.telemetry.settings import LEASE
from services.telemetry.store import open_books
from tests.contract.opcua.plant import PRESS, Plant, running, until
from tests.contract.opcua.shift import all_is_booked, at_work, more_is_booked, say
from tests.unit.telemetry.pulse import Pulse

pytestmark = pytest.mark.peer

STOPS, KILLS = 3, 4


async def test_two_collectors_never_both_count() -> None:
    async with running(replicas=2) as plant:
        await at_work(plant, collectors=2)
        for _ in range(STOPS):
            stopped = await succeeded(plant, signal.SIGSTOP)
            await more_is_booked(plant)
            plant.mesh.kill(stopped, signal.SIGCONT)
            await more_is_booked(plant)
        for _ in range(KILLS):
            killed = await succeeded(plant, signal.SIGKILL)
            await plant.mesh.supervisor.until_ready(killed)
            await more_is_booked(plant)
        await all_is_booked(plant)
        looks = await plant.looks()
        for before, after in pairwise(looks):
            assert before.epoch <= after.epoch
            assert (
                before.read_at.timestamp.ToNanoseconds() < after.read_at.timestamp.ToNanoseconds()
            )
        assert len({look.epoch for look in looks}) > STOPS + KILLS
        assert not await plant.uncounted()
        await refused(plant, looks[-1])


async def refused(plant: Plant, last: CountersRead) -> None:
    """Whatever comes from an earlier term is not kept, however new it is."""
    store = Store(plant.mesh.databases["telemetry"], pool_size=1)
    store.bind(Outbox(TOPIC))
    late = Look(PRESS, Instant(dt.datetime.now(dt.UTC)), ())
    with pytest.raises(ConflictError) as refusal:
        async with store.work():
            await record_looks(open_books(SystemClock(), Pulse()), last.epoch - 1, [late], [])
    await store.close()
    assert refusal.value.code == "superseded"
    assert (await plant.looks())[-1] == last


async def succeeded(plant: Plant, by: signal.Signals) -> str:
    """Stop or kill whoever leads, and wait until the other tells of the press; who it was."""
    asked = f"SELECT holder, epoch FROM elector WHERE name = '{LEASE}'"
    [(leader, epoch)] = await plant.rows("telemetry", asked)
    victim = next(name for name in ("telemetry-0", "telemetry-1") if leader.startswith(name))
    began = time.monotonic()
    plant.mesh.kill(victim, by)

    async def took_over() -> bool:
        looks = await plant.looks()
        return looks[-1].epoch > int(epoch)

    await until(took_over, "the other tells of the press")
    say(
        f"{by.name} of {victim}: the other told of the press {time.monotonic() - began:.2f} s later"
    )
    return victim
