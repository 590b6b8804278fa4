"""A lane worker as a process, the right one or a variant that must lose."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.topic import Topic
from services.kit.errors import UnavailableError
from services.kit.lanes.entry import Entry, State
from services.kit.lanes.systems import System, all_systems
from services.kit.lanes.worker import Worker
from services.kit.store import Store, Work
from tests.faults.lanes.wire import WireErp
from tests.faults.place import Place

TOPIC = Topic(name="plantmesh.lanes", partitions=4)


def owner_store(place: Place, pool_size: int = 2) -> Store:
    """The lanes' database, with an outbox."""
    store = Store(place.owner, pool_size=pool_size)
    store.bind(Outbox(TOPIC))
    return store


def announce(work: Work, entries: Sequence[Entry]) -> None:
    """An event for every document."""
    for entry in entries:
        if entry.state is State.POSTED:
            emit(work, entry.key, StringValue(value=entry.reference))


async def _system(store: Store) -> System:
    while True:
        with suppress(UnavailableError):
            async with store.work() as work:
                [system] = await all_systems(work)
                return system


@dataclass(frozen=True)
class Carrying:
    """Carries the lanes of the one system."""

    kind: type[Worker] = Worker

    async def run(self, place: Place, name: str, stop: asyncio.Event) -> None:
        """Work until stopped; what happens is counted where a kill cannot take it back."""
        store = owner_store(place)
        system = await _system(store)

        def notice(what: str, count: int) -> None:
            if count:
                place.counters.note(f"lane.{what}", count)

        worker = self.kind(store, system, WireErp(place), announce, notice)
        await worker.run(stop)
        await store.close()
