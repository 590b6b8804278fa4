"""One instance of the hub side: its books."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from plantmesh.telemetry.v1 import events_pb2

from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.store import Store
from services.telemetry.ports import Books
from services.telemetry.store import open_books

TOPIC = Topic("plantmesh.telemetry")
_KINDS = {"CountersRead": "Look", "EquipmentStateChanged": "StateChange"}


class Hub:
    """`told`, `work` and `rows` look into the database, `calling` goes through the port."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.store.work():
            yield open_books(SystemClock())

    async def events(self) -> list[tuple[str, Any]]:
        """Key and content of what is in the outbox, in order."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, type, data FROM outbox ORDER BY id")
        return [
            (key, getattr(events_pb2, type.rsplit(".")[-1]).FromString(data))
            for key, type, data in rows
        ]

    async def told(self) -> list[tuple[int, str, str]]:
        """Epoch, path and kind of the events in the outbox, in order."""
        return [
            (event.epoch, key, _KINDS[event.DESCRIPTOR.name]) for key, event in await self.events()
        ]


@asynccontextmanager
async def open_hub(database: str) -> AsyncIterator[Hub]:
    """An instance on `database`; several may share it."""
    store = Store(database)
    store.bind(Outbox(TOPIC))
    try:
        yield Hub(store)
    finally:
        await store.close()
