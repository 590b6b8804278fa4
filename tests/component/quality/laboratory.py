"""One instance of quality: its books, and its gRPC port as other services use it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from google.protobuf.message import Message
from plantmesh.common.v1 import keys_pb2
from plantmesh.common.v1.snapshot_pb2_grpc import SnapshotServiceStub
from plantmesh.mes.v1 import work_orders_pb2
from plantmesh.quality.v1 import events_pb2, quality_pb2
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceStub, InspectionServiceStub
from plantmesh.reference.v1 import reference_pb2

from services.kit.access.principal import find_principal
from services.kit.backbone.outbox import Outbox
from services.kit.clock import SystemClock
from services.kit.copies import put
from services.kit.measures import ItemLot, Ratio
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from services.quality import wire
from services.quality.__main__ import TOPIC, registrations
from services.quality.consumers import LookUp, copies
from services.quality.domain.item import Item
from services.quality.domain.scope import Kind, Name
from services.quality.ports import Books
from services.quality.store import open_books
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.component.quality.master import Master, item
from tests.copies import put_lot
from tests.tables import contents

PROCESS: dict[str, Any] = {
    "sub": "service:process",
    "scope": "quality:read quality:write delegate",
}
INSPECTOR: dict[str, Any] = {"sub": "inspector", "scope": "quality:read quality:write"}


@dataclass
class Calls:
    """Stubs that carry one token."""

    inspections: Any
    holds: Any
    snapshots: Any


class Laboratory:
    """`told`, `work` and `rows` look into the database, `calling` goes through the port."""

    def __init__(self, store: Store, reference: Peer) -> None:
        self.store = store
        self.copies = copies(store, reference)
        learn = partial(self.copies.learn, wire.ITEMS)
        served = registrations(store, learn, LookUp(self.copies))
        self.server = RpcServer(verifier(), served, bind="127.0.0.1", port=0)

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Books]:
        """All or nothing."""
        async with self.store.work():
            yield open_books(SystemClock())

    async def know(self, *items: Item) -> None:
        """As copied from reference; the highest version stays."""
        async with self.store.work():
            await put(
                wire.ITEMS,
                [item(one.item_no, inspected=one.inspected, version=one.version) for one in items],
            )

    async def measure(self, lot: str, *ratios: Ratio, version: int = 1) -> None:
        """As reference tells of "FILM/L7"."""
        async with self.store.work():
            await put_lot(ItemLot(*lot.split("/")), *ratios, version=version)

    async def hear_of(self, *names: Name) -> None:
        """As copied from mes and reference."""
        async with self.store.work():
            for kind, key in names:
                await put(wire.NAMED[kind], [_message(kind, key)])

    async def told(self) -> list[str]:
        """Key and name of the events in the outbox, in order; of whole lots see `judged`."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, type FROM outbox ORDER BY id")
        names = ((key, type.rsplit(".")[-1]) for key, type in rows)
        return [f"{key} {name}" for key, name in names if name != "LotJudged"]

    async def judged(self) -> list[tuple[str, str, int]]:
        """Of each lot its key, status and version, in order."""
        told = [(key, event) for key, _, event in await self.events()]
        status = quality_pb2.LotQualityStatus
        return [
            (
                key,
                status.Name(one.word.status)[len("LOT_QUALITY_STATUS_") :].lower(),
                one.word.version,
            )
            for key, one in told
            if isinstance(one, events_pb2.LotJudged)
        ]

    async def events(self) -> list[tuple[str, str, Message]]:
        """Key, actor and content of the events in the outbox, in order."""
        async with self.store.work() as work:
            rows = await work.sql("SELECT key, actor, type, data FROM outbox ORDER BY id")
        return [
            (key, actor, getattr(events_pb2, type.rpartition(".")[2]).FromString(data))
            for key, actor, type, data in rows
        ]

    async def rows(self) -> dict[str, list[Any]]:
        """Everything in every table, but the copy of what belongs to reference."""
        return await contents(self.store, "local_copy")

    @asynccontextmanager
    async def calling(self, token: str = "", *, seconds: float = 10) -> AsyncIterator[Calls]:
        """As somebody; without a token as process, in Lyon."""
        peer = Peer(
            f"127.0.0.1:{self.server.port}", Given(token or mint(**PROCESS)), seconds=seconds
        )
        stubs = InspectionServiceStub, HoldServiceStub, SnapshotServiceStub
        try:
            yield Calls(*(stub(peer.channel) for stub in stubs))
        finally:
            await peer.close()


@asynccontextmanager
async def open_laboratory(database: str, master: Master) -> AsyncIterator[Laboratory]:
    """An instance on `database`; several may share it."""
    store = Store(database)
    store.bind(Outbox(TOPIC, actor=_actor))
    reference = Peer(f"127.0.0.1:{master.server.port}", Given(mint()), seconds=3)
    laboratory = Laboratory(store, reference)
    await laboratory.server.start()
    try:
        yield laboratory
    finally:
        await laboratory.server.stop(0)
        await reference.close()
        await store.close()


def _message(kind: Kind, key: str) -> Message:
    """As its owner tells it."""
    match kind:
        case Kind.ORDER:
            plant, _, order_no = key.partition("/")
            order = keys_pb2.OrderKey(plant=plant, order_no=order_no)
            return work_orders_pb2.WorkOrder(
                plan=work_orders_pb2.WorkOrderPlan(key=order), version=1
            )
        case Kind.ITEM:
            return item(key, inspected=False)
        case Kind.EQUIPMENT:
            return reference_pb2.Equipment(path=key, version=1)
        case Kind.PARTY:
            return reference_pb2.Party(party_id=key, version=1)


def _actor() -> str:
    principal = find_principal()
    return principal.actor if principal else ""
