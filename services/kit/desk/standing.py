"""How the whole service stands, for its status call and for its gauges.

Who asks for the status is in a hurry and something is broken: what cannot be read in time says so
in its place, and never hides the rest.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

from redis.asyncio import Redis

from services.kit import signals
from services.kit.backbone.broker import plain
from services.kit.clock import Clock
from services.kit.components import Components
from services.kit.desk.flows import Flow, read_database, read_flows
from services.kit.desk.lag import read_consumer_flows, read_cursors
from services.kit.errors import UnavailableError
from services.kit.store import CONNECTION_LOST, RETRIED, Store

PATIENCE = 2.0
"""Seconds; less than the caller has."""
_PASSING: tuple[type[Exception], ...] = (UnavailableError, *RETRIED, *CONNECTION_LOST)


class Standing:
    """Reads the flows of the service that owns `topic`; the gauges show those last looked at."""

    def __init__(
        self, store: Store, redis: "Redis", topic: str, components: Components, clock: Clock
    ) -> None:
        self._store = store
        self._redis = plain(redis)
        self._topic = topic
        self._components = components
        self._clock = clock
        self._seen: list[Flow] = []
        signals.observe("plantmesh.flow.depth", self.depths)
        signals.observe("plantmesh.flow.oldest", self.ages)

    async def look(self) -> None:
        """Renew what the gauges show."""
        self._seen = await self.flows()

    async def read(self) -> list[Flow]:
        """Everything, the parts of this process too, within some seconds."""
        parts = self._components.states().items()
        components = [
            Flow("component", name, state.value, 0, detail=reason)
            for name, (state, reason) in parts
        ]
        return [*await _in_time(self._flows_and_database()), *components]

    async def flows(self) -> list[Flow]:
        """What waits: one statement, then the ends of the streams in two round trips."""
        async with self._store.work() as work:
            flows = await read_flows(work, self._topic)
            cursors = await read_cursors(work)
        return [*flows, *await read_consumer_flows(self._redis, cursors, self._clock)]

    async def _flows_and_database(self) -> list[Flow]:
        async with self._store.work() as work:
            database = await read_database(work)
        return [*database, *await self.flows()]

    async def close(self) -> None:
        """Let go of the broker."""
        await self._redis.aclose()

    def depths(self) -> Iterator[signals.Reading]:
        """How much waited when last looked at."""
        for flow in self._seen:
            yield float(flow.depth), _labels(flow)

    def ages(self) -> Iterator[signals.Reading]:
        """How long the oldest had waited then."""
        for flow in self._seen:
            yield flow.oldest, _labels(flow)


async def _in_time(reading: Coroutine[Any, Any, list[Flow]]) -> list[Flow]:
    """What it finds, or why nothing could be read; what hangs is left behind.

    A timeout around a statement would not do: psycopg waits for a server that hangs to cancel it.
    """
    task = asyncio.ensure_future(reading)
    done, _ = await asyncio.wait({task}, timeout=PATIENCE)
    if not done:
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        task.cancel()
        return [Flow("database", "", "silent", 0, detail=f"no answer within {PATIENCE:g} s")]
    try:
        return task.result()
    except _PASSING as error:
        return [Flow("database", "", "away", 0, detail=str(error).partition("\n")[0])]


def _labels(flow: Flow) -> dict[str, str]:
    return {"kind": flow.kind, "name": flow.name, "state": flow.state}
