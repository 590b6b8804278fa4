"""Reads one source for as long as the process lives, whoever leads, into the edge buffer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

from asyncua import Client, ua

from services.kit.checkpoint import reach
from services.kit.clock import Clock
from services.kit.components import status
from services.kit.errors import DomainError, InvalidError
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.opcua.certificate import Identity
from services.telemetry.adapters.opcua.connection import connected, talking
from services.telemetry.adapters.opcua.history import read_history
from services.telemetry.adapters.opcua.inbox import Inbox
from services.telemetry.adapters.opcua.nodes import Bound, bind, in_parts, refused_node
from services.telemetry.adapters.opcua.subscription import Watched, watch
from services.telemetry.adapters.sources import Source
from services.telemetry.domain.sight import Seen, Sight

_FLUSH = 0.1
_LOOK_AGAIN = 30.0
"""Seconds between two looks at machines that could not be read."""
_FIRST_VALUES = 10.0
"""Seconds until a node that has shown nothing yet is named."""
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
                status().degraded(_words(error))
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
                bound = await bind(client, self._source, self._clock)
                inbox = Inbox(bound.nodes, self._clock, lost.set, bound.ahead)
                for equipment, units in bound.units.items():
                    self._sights[equipment].begin(units, bound.incarnation)
                subscription = await self._subscribe(client, bound, inbox, lost)
                await self._fill_gaps(client, bound)
            self._delay = _FIRST_DELAY
            _tell(bound.refused)
            again = asyncio.create_task(self._look_again(client, bound, inbox, lost))
            try:
                await self._listen(inbox, subscription, lost, stop)
            finally:
                again.cancel()
        if lost.is_set():
            status().degraded(f"{self._source.name}: the connection is lost")

    async def _subscribe(
        self, client: Client, bound: Bound, inbox: Inbox, lost: asyncio.Event
    ) -> Watched:
        period = ua.Double(self._source.sampling_ms)
        subscription, queue = await watch(client, period, inbox, lost.set)

        async def ask(part: list[ua.NodeId]) -> Sequence[int | ua.StatusCode]:
            nodes = [client.get_node(node) for node in part]
            return await subscription.subscribe_data_change(
                nodes, queuesize=queue, sampling_interval=period
            )

        for node, answer in await in_parts(bound.nodes, ask):
            if isinstance(answer, ua.StatusCode):
                why = f"cannot be watched: {answer.name}"
                raise refused_node(self._source, bound.paths[node], why)
        return subscription

    async def _fill_gaps(self, client: Client, bound: Bound) -> None:
        for equipment in bound.units:
            sight = self._sights[equipment]
            history = await read_history(client, bound, sight, self._clock)
            if history is not None:
                await self._keep(sight.replay(history))

    async def _listen(
        self, inbox: Inbox, subscription: Watched, lost: asyncio.Event, stop: asyncio.Event
    ) -> None:
        while not (lost.is_set() or stop.is_set()):
            await _pause(_FLUSH, stop, lost)
            if subscription.silent:
                lost.set()
            await self._flush(inbox, ended=lost.is_set() or stop.is_set())

    async def _look_again(
        self, client: Client, bound: Bound, inbox: Inbox, lost: asyncio.Event
    ) -> None:
        """Name nodes that show nothing; connect anew when machines went that are back, or came."""
        await asyncio.sleep(_FIRST_VALUES)
        while True:
            _tell({**bound.refused, **self._mute(bound)})
            await asyncio.sleep(_LOOK_AGAIN)
            away = {equipment for node in inbox.gone for equipment, _ in bound.nodes[node]}
            known = away | bound.refused.keys()
            if not known:
                continue
            with suppress(DomainError), talking(self._source):
                if (await bind(client, self._source, self._clock)).refused.keys() != known:
                    lost.set()

    def _mute(self, bound: Bound) -> dict[str, InvalidError]:
        """Machines whose first look is still awaited."""
        nodes = {place: node for node, places in bound.nodes.items() for place in places}
        return {
            equipment: refused_node(
                self._source,
                bound.paths[nodes[equipment, min(awaited)]],
                "has shown no value yet",
            )
            for equipment in bound.units
            if (awaited := self._sights[equipment].awaited)
        }

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


def _tell(refused: Mapping[str, InvalidError]) -> None:
    """Active, or what is amiss with the first of some machines."""
    if refused:
        first, *others = (_words(error) for error in refused.values())
        more = f"; {len(others)} other machines are not read either" if others else ""
        status().degraded(first + more)
    else:
        status().active()


def _words(error: DomainError) -> str:
    hint = f" ({error.hint})" if error.hint else ""
    return f"{error.code}: {error}{hint}"


async def _pause(seconds: float, *until: asyncio.Event) -> None:
    """Wait, unless one of `until` is set before."""
    waits = [asyncio.ensure_future(event.wait()) for event in until]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
