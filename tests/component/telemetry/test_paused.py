"""A collector's process is stopped while it leads; what it still wants to tell is refused.

Whoever elects: a row in the hub's database or a Lease of Kubernetes; and when the Lease is deleted
meanwhile and made anew, so that its transitions count from nothing.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from services.kit.clock import SystemClock
from services.kit.elector import Elector
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.forwarder import Forwarder
from services.telemetry.adapters.leases import Ballot, open_lease
from services.telemetry.settings import LEASE
from services.telemetry.store import open_books
from tests.component.telemetry.hub import Hub
from tests.component.telemetry.paused import BEGIN, PACE, PLANTS, RECORD
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import OVEN, look
from tests.waiting import until
from tools.simulators.kubernetes.server import ApiServer, api_server

NAMESPACE = "lyon-edge"
RELEASED = {"renewTime": "2026-01-01T00:00:00.000000Z"}


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with api_server() as api:
        await api.put("leases", NAMESPACE, LEASE, spec=RELEASED)
        yield api


class Heir:
    """The replica that takes over, in this process; it heard the same."""

    def __init__(self, hub: Hub, ballot: Ballot, folder: Path) -> None:
        self._hub = hub
        self._ballot = ballot
        self.buffer = Buffer(folder / "heir.sqlite")
        books = open_books(SystemClock(), Pulse())
        self.forwarder = Forwarder(hub.store, books, self.buffer, PLANTS)
        self.elector: Elector | None = None

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        """It contends until the end."""
        lease = await open_lease(self._ballot, self._hub.store, SystemClock())
        self.elector = Elector(
            lease, "heir", self.forwarder.lead, floor=self.forwarder.floor, pace=PACE
        )
        stop = asyncio.Event()
        task = asyncio.create_task(self.elector.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)

    async def told(self) -> bool:
        """Whether the hub heard of it."""
        return bool(await self._hub.told())


class Case(NamedTuple):
    """Who elects, whether the Lease is `deleted` during the pause, and where that comes."""

    cluster: bool
    deleted: bool = False
    stopped_before: int = RECORD
    heirs_epoch: int = 2


CASES = {
    "database": Case(cluster=False),
    "kubernetes": Case(cluster=True),
    "lease deleted": Case(cluster=True, deleted=True),
    # It never said a word, so nobody knows of its term: the heir's has the same epoch.
    "lease deleted before its first word": Case(True, True, BEGIN, heirs_epoch=1),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_what_a_paused_leader_tells_late_is_refused(
    hub: Hub, database: str, api: ApiServer, tmp_path: Path, case: Case
) -> None:
    file = api.kubeconfig(tmp_path / "kubeconfig") if case.cluster else None
    ballot = Ballot(LEASE, NAMESPACE if file else "", file)
    late = Buffer(tmp_path / "paused.sqlite")
    await late.keep([look(9)], [])
    await late.close()
    words = database, ballot.namespace, str(file or ""), str(tmp_path / "paused.sqlite")
    paused = await asyncio.create_subprocess_exec(
        *(
            sys.executable,
            "-m",
            "tests.component.telemetry.paused",
            *words,
            str(case.stopped_before),
        ),
        stdout=asyncio.subprocess.PIPE,
    )
    assert paused.stdout
    try:
        line = await asyncio.wait_for(paused.stdout.readline(), 60)
        assert line == b"leading 1\n"
        await until(lambda: is_stopped(paused.pid), 10)
        if case.deleted:
            await api.delete("leases", NAMESPACE, LEASE)
        heir = Heir(hub, ballot, tmp_path)
        # Of another machine, so that the epoch of that one's row refuses nothing yet.
        await heir.buffer.keep([look(1, equipment=OVEN)], [])
        async with heir.standing():
            await until(heir.told, 30)
            os.kill(paused.pid, signal.SIGCONT)
            line = await asyncio.wait_for(paused.stdout.readline(), 30)
            assert line == b"refused superseded\n"
            assert heir.elector
            assert heir.elector.leading
        [(machine, told)] = await hub.events()
        assert machine == OVEN
        assert told.epoch == case.heirs_epoch
    finally:
        paused.kill()
        await paused.wait()


async def is_stopped(pid: int) -> bool:
    """Whether the kernel holds it."""
    text = await asyncio.to_thread(Path(f"/proc/{pid}/stat").read_text)
    return text.rpartition(")")[2].split()[0] == "T"
