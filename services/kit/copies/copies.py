"""How copies come: by event, by a batch call for what we lack, and once from a snapshot."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub

from services.kit.access.principal import acting_as
from services.kit.backbone.envelope import Event, Position
from services.kit.backbone.snapshot import rebuild
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.copies.kind import Kind, M
from services.kit.copies.shelf import forget, known, put
from services.kit.errors import DomainError, UnavailableError
from services.kit.rounds import Rounds
from services.kit.rpc.client import Peer
from services.kit.store import Store, current_work, forbid_work

Ask = Callable[[list[str]], Awaitable[Iterable[M]]]
"""The owner's batch look-up: those that exist of some hundred keys at most."""
_AT_ONCE = 500
_SNAPSHOT_SECONDS = 60.0
_LOOK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Source:
    kind: Kind[Any]
    told_by: tuple[type[Message], ...]
    carried: Callable[[Any], Message]
    ask: Ask[Any] | None


class Copies:
    """What the consumer `consumer` remembers of the owner of `topic`, who answers at `owner`."""

    def __init__(self, store: Store, topic: Topic, consumer: str, owner: Peer) -> None:
        self._store = store
        self._topic = topic
        self._consumer = consumer
        self._owner = owner
        self._sources: dict[str, _Source] = {}

    def keep(
        self,
        kind: Kind[M],
        *,
        told_by: type[Message] | tuple[type[Message], ...],
        carried: Callable[[Any], M],
        ask: Ask[M] | None = None,
    ) -> None:
        """Copy a kind: `told_by` are the events that `carried` takes it from, `ask` the look-up."""
        events = told_by if isinstance(told_by, tuple) else (told_by,)
        self._sources[kind.name] = _Source(kind, events, carried, ask)

    def follow(self, subscriptions: Subscriptions) -> None:
        """Let the consumer's handlers keep the copies fresh."""
        for source in self._sources.values():
            for event in source.told_by:
                subscriptions.on(event)(self._taker(source))

    def part(self) -> Rounds:
        """Fills them from the owner's snapshot as soon as it answers; once, also over restarts."""
        return Rounds(self.load, seconds=_LOOK_SECONDS)

    async def load(self) -> None:
        """Copy every partition that was not copied before; raises UnavailableError."""
        for partition in await self._not_loaded():
            place, load = (self._topic, partition), self._loader(partition)
            try:
                await rebuild(self._store, self._consumer, place, self._fetch, load)
            except DomainError as error:
                # Whatever the owner has against us, what we know is enough to go on.
                raise UnavailableError(f"no snapshot of {self._topic.name}: {error}") from error

    async def learn(self, kind: Kind[M], wanted: Mapping[str, str]) -> None:
        """Ask the owner for what we lack of `wanted`; what it does not know either stays unknown.

        Raises UnavailableError naming the field (the value of `wanted`) of the first we lack.
        """
        forbid_work()
        async with self._store.work():
            found = await known(kind, wanted.keys())
        missing = [key for key in wanted if key not in found]
        ask = self._sources[kind.name].ask
        if not missing or ask is None:
            return
        for start in range(0, len(missing), _AT_ONCE):
            answer = await self._asked(kind, ask, missing[start : start + _AT_ONCE], wanted)
            async with self._store.work():
                await put(kind, answer)

    async def _asked(
        self, kind: Kind[M], ask: Ask[M], keys: list[str], wanted: Mapping[str, str]
    ) -> Sequence[M]:
        try:
            # As ourselves: what a caller may do must not depend on what we happen to know.
            with acting_as(None):
                return list(await ask(keys))
        except UnavailableError as error:
            raise UnavailableError(
                f"{kind.name} {keys[0][:80]} is not known here, and its owner does not answer",
                code="owner_unavailable",
                field=wanted[keys[0]],
                hint="ask again later",
            ) from error

    def _taker(self, source: _Source) -> Callable[[list[Event[Any]]], Awaitable[None]]:
        async def take(events: list[Event[Any]]) -> None:
            by_partition: dict[int, list[Message]] = {}
            for event in events:
                messages = by_partition.setdefault(self._topic.part_of(event.key), [])
                messages.append(source.carried(event.data))
            for partition, messages in by_partition.items():
                await put(source.kind, messages, partition=partition)

        return take

    async def _not_loaded(self) -> list[int]:
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT partition FROM copy_loaded WHERE topic = %s", (self._topic.name,)
            )
        loaded = {partition for (partition,) in rows}
        return [one for one in range(self._topic.partitions) if one not in loaded]

    async def _fetch(self, topic: Topic, partition: int) -> tuple[Position, list[Any]]:
        position, state = Position(0, 0), []
        stub: Any = SnapshotServiceStub(self._owner.channel)
        request = SnapshotRequest(topic=topic.name, partition=partition)
        told = {one.DESCRIPTOR.full_name for kind in self._sources.values() for one in kind.told_by}
        with acting_as(None):
            async for part in stub.Snapshot(request, timeout=_SNAPSHOT_SECONDS):
                position = Position(part.position.incarnation, part.position.n)
                # An owner tells of more than we keep, and may have millions of it.
                state += [one for one in part.state if one.TypeName() in told]
        return position, state

    def _loader(self, partition: int) -> Callable[[list[Any]], Awaitable[None]]:
        async def load(state: list[Any]) -> None:
            await forget(self._sources.keys(), partition)
            for source in self._sources.values():
                messages = [
                    source.carried(event.FromString(packed.value))
                    for packed in state
                    for event in source.told_by
                    if packed.Is(event.DESCRIPTOR)
                ]
                await put(source.kind, messages, partition=partition, replace=True)
            await current_work().sql(
                "INSERT INTO copy_loaded VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (self._topic.name, partition),
            )

        return load
