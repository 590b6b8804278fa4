"""Reads one source for as long as the process lives, whoever leads, into the edge buffer."""

import asyncio
from collections.abc import Awaitable, Callable

from asyncua import Client, ua

from services.kit.checkpoint import reach
from services.kit.clock import Clock
from services.kit.components import status
from services.kit.errors import DomainError
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.opcua.certificate import Identity
from services.telemetry.adapters.opcua.connection import connected, talking
from services.telemetry.adapters.opcua.history import read_history
from services.telemetry.adapters.opcua.inbox import Inbox
from services.telemetry.adapters.opcua.nodes import Bound, bind, chunks, refused_node
from services.telemetry.adapters.sources import Source
from services.telemetry.domain.sight import Seen, Sight

_QUEUE = 10
_FLUSH = 0.1
_FIRST_DELAY, _LONGEST_DELAY = 0.25, 2.0

Keep = Callable[[Seen], Awaitable[None]]


class OpcUaReader:
    """A part; its component says whether the source is read, and why not."""

    def __init__(
        self, source: Source, identity: Identity, password: str, buffer: Buffer, clock: Clock
    ) -> None:
        self._source = source
        self._identity = identity
        self._password = password
        self._buffer = buffer
        self._clock = clock
        self._sights: dict[str, Sight] = {}
        self._delay = _FIRST_DELAY

    async def run(self, stop: asyncio.Event) -> None:
        """Connect, listen, connect again, until stopped."""
        for entry in self._source.equipment:
            look, state = await self._buffer.newest(entry.equipment)
            counters = [one.counter for one in entry.counters]
            self._sights[entry.equipment] = Sight(
                entry.equipment, counters, entry.nodes, look, state
            )
        while not stop.is_set():
            try:
                await self._connect(stop)
            except DomainError as error:
                hint = f" ({error.hint})" if error.hint else ""
                status().degraded(f"{error.code}: {error}{hint}")
            # Whoever stops does not see the machine any more than who lost it.
            for sight in self._sights.values():
                await self._keep(sight.lose())
            await _pause(self._delay, stop)
            self._delay = min(self._delay * 2, _LONGEST_DELAY)

    async def _connect(self, stop: asyncio.Event) -> None:
        lost = asyncio.Event()
        connection = connected(self._source, self._identity, self._password, lost)
        async with connection as client:
            with talking(self._source):
                bound = await bind(client, self._source)
                inbox = Inbox(bound.nodes, self._clock, lost.set)
                client.uaclient.observer = inbox
                for equipment, sight in self._sights.items():
                    sight.begin(bound.units[equipment], bound.incarnation)
                await self._subscribe(client, bound, inbox)
                await self._fill_gaps(client, bound)
            self._delay = _FIRST_DELAY
            status().active()
            await self._listen(inbox, lost, stop)
        if lost.is_set():
            status().degraded(f"{self._source.name}: the connection is lost")

    async def _subscribe(self, client: Client, bound: Bound, inbox: Inbox) -> None:
        period = ua.Double(self._source.sampling_ms)
        subscription = await client.create_subscription(period, inbox)
        for part in chunks(bound.nodes):
            nodes = [client.get_node(node) for node in part]
            answers = await subscription.subscribe_data_change(
                nodes, queuesize=_QUEUE, sampling_interval=period
            )
            for node, answer in zip(part, answers, strict=True):
                if isinstance(answer, ua.StatusCode):
                    why = f"cannot be watched: {answer.name}"
                    raise refused_node(self._source, bound.paths[node], why)

    async def _fill_gaps(self, client: Client, bound: Bound) -> None:
        for sight in self._sights.values():
            history = await read_history(client, bound, sight, self._clock)
            if history is not None:
                await self._keep(sight.replay(history))

    async def _listen(self, inbox: Inbox, lost: asyncio.Event, stop: asyncio.Event) -> None:
        while not (lost.is_set() or stop.is_set()):
            await _pause(_FLUSH, stop, lost)
            await self._flush(inbox, ended=lost.is_set() or stop.is_set())

    async def _flush(self, inbox: Inbox, *, ended: bool) -> None:
        seen = [
            self._sights[equipment].see(changes)
            for equipment, changes in inbox.take(all=ended).items()
        ]
        looks = [look for one in seen for look in one.looks]
        states = [state for one in seen for state in one.states]
        await self._keep(Seen(looks, states))

    async def _keep(self, seen: Seen) -> None:
        reach("telemetry.before_keep")
        await self._buffer.keep(seen.looks, seen.states)


async def _pause(seconds: float, *until: asyncio.Event) -> None:
    """Wait, unless one of `until` is set before."""
    waits = [asyncio.ensure_future(event.wait()) for event in until]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
