"""Elections over every kind of lease: where they are held, and who stands for them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from services.kit.clock import SystemClock
from services.kit.cluster import Cluster
from services.kit.components import Component, reporting
from services.kit.elector import Elector, Lease, Pace, Term
from services.kit.lease import LeaseRow
from services.kit.lease_object import LeaseObject
from services.kit.store import Store
from tools.simulators.kubernetes.server import ApiServer

PACE = Pace(renew=0.1, request=0.3, deadline=0.6, takeover=0.9)
NAMESPACE = "lyon"
JOB = "job"


class Site(Protocol):
    """Where a lease is kept: `url` leads to its server, directly."""

    url: str

    async def lease(self, url: str = "") -> Lease:
        """Another client of it, through `url`."""
        ...

    async def close(self) -> None:
        """Let go of the clients."""
        ...


class DatabaseSite:
    """A row in PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._stores: list[Store] = []

    async def lease(self, url: str = "") -> LeaseRow:
        """With a store of its own."""
        self._stores.append(Store(url or self.url))
        return LeaseRow(self._stores[-1], JOB)

    async def close(self) -> None:
        """The stores."""
        for store in self._stores:
            await store.close()


class ClusterSite:
    """A Lease of Kubernetes."""

    def __init__(self, api: ApiServer, folder: Path) -> None:
        self.url = api.url
        self._api = api
        self._folder = folder
        self._made: list[LeaseObject] = []

    async def lease(self, url: str = "") -> LeaseObject:
        """As a kubeconfig that leads there says."""
        file = self._folder / f"kubeconfig-{len(self._made)}"
        cluster = await Cluster.of_file(self._api.kubeconfig(file, url=url))
        self._made.append(LeaseObject(cluster, NAMESPACE, JOB, SystemClock()))
        return self._made[-1]

    async def close(self) -> None:
        """The connections."""
        for lease in self._made:
            await lease.drop()


class Candidate:
    """An elector whose work does nothing but lead; remembers from when to when."""

    def __init__(self, lease: Lease, name: str = "candidate", pace: Pace = PACE) -> None:
        self.elector = Elector(lease, name, self._work, pace=pace, floor=self._highest)
        self.component = Component(name)
        self.stop = asyncio.Event()
        self.terms: list[tuple[int, float, float]] = []
        self.broken: asyncio.Future[None] = asyncio.Future()
        self.floor = 0

    async def _highest(self) -> int:
        return self.floor

    async def _work(self, term: Term) -> None:
        began = time.monotonic()
        try:
            await asyncio.shield(self.broken)
        finally:
            self.terms.append((term.epoch, began, time.monotonic()))

    async def run(self) -> None:
        """Until it is told to stop."""
        with reporting(self.component):
            await self.elector.run(self.stop)


@asynccontextmanager
async def running(candidate: Candidate) -> AsyncIterator[asyncio.Task[None]]:
    """It stands until the end."""
    task = asyncio.create_task(candidate.run())
    try:
        yield task
    finally:
        candidate.stop.set()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 10)


async def until(true: Callable[[], object], within: float = 30.0) -> float:
    """Seconds until `true` is true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < within, "it never came true"
        await asyncio.sleep(0.005)
    return time.monotonic() - began


def terms_of(*candidates: Candidate) -> list[tuple[int, float, float]]:
    """Epoch, begin and end of every term, in the order of their begin."""
    found = [term for candidate in candidates for term in candidate.terms]
    return sorted(found, key=lambda term: term[1])
