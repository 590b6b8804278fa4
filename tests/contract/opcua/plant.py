"""telemetry and mes as real processes beside the peer, and what they know."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
import yaml
from google.protobuf.json_format import ParseDict
from plantmesh.mes.v1 import counts_pb2, work_orders_pb2
from plantmesh.mes.v1.counts_pb2_grpc import CountServiceStub
from plantmesh.mes.v1.events_pb2 import OperationConfirmed
from plantmesh.mes.v1.work_orders_pb2_grpc import WorkOrderServiceStub
from plantmesh.telemetry.v1.events_pb2 import CountersRead, EquipmentStateChanged
from sqlalchemy.engine import make_url

from services.kit.quantity import Measures
from services.kit.rpc.client import Peer
from services.kit.store import Store
from tests.component.kit.line import Line
from tests.contract.opcua.peer import OpcuaPeer
from tests.copies import put_items
from tests.servers import scratch_folder
from tests.shopfloor import Token
from tools.mesh.mesh import Mesh
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK

PRESS = "lyon/hall-1/press-1"
PART, STEEL = "PART", "STEEL"
SERVICES = ("mes", "telemetry")
_START = ("DISPATCH", "MAKE_READY", "START")
_ITEMS = {PART: Measures("C62"), STEEL: Measures("KGM")}


@dataclass(frozen=True)
class Plant:
    """The processes, the controller and their books; `work` is for those who work in mes."""

    mesh: Mesh
    peer: OpcuaPeer
    line: Line
    books: Mapping[str, psycopg.AsyncConnection[tuple[Any, ...]]]
    work: Peer

    async def rows(self, service: str, query: LiteralString) -> list[tuple[Any, ...]]:
        """From a service's database."""
        return await (await self.books[service].execute(query)).fetchall()

    async def looks(self) -> list[CountersRead]:
        """At the press, as telemetry told of them, in order."""
        rows = await self.rows("telemetry", _LOOKS)
        return [CountersRead.FromString(data) for (data,) in rows]

    async def states(self) -> list[EquipmentStateChanged]:
        """Of the press, as telemetry told of them, in order."""
        rows = await self.rows("telemetry", _STATES)
        return [EquipmentStateChanged.FromString(data) for (data,) in rows]

    async def confirmations(self) -> list[OperationConfirmed]:
        """What mes booked, in order."""
        rows = await self.rows("mes", _CONFIRMED)
        return [OperationConfirmed.FromString(data) for (data,) in rows]

    async def release(self, *orders: str) -> None:
        """Work orders for a million parts each, running."""
        stub: Any = WorkOrderServiceStub(self.work.channel)
        create = {"idempotency_key": f"create {orders}", "plans": [_plan(one) for one in orders]}
        await stub.CreateWorkOrders(ParseDict(create, work_orders_pb2.CreateWorkOrdersRequest()))
        for command in _START:
            commands = [{"key": _key(one), "command": f"COMMAND_{command}"} for one in orders]
            request = {"idempotency_key": f"{command} {orders}", "commands": commands}
            await stub.CommandWorkOrders(
                ParseDict(request, work_orders_pb2.CommandWorkOrdersRequest())
            )

    async def uncounted(self) -> list[counts_pb2.UncountedDifference]:
        """What waits for a person to say what it was counted for."""
        stub: Any = CountServiceStub(self.work.channel)
        answer = await stub.ListUncounted(counts_pb2.ListUncountedRequest(plant="lyon"))
        return list(answer.differences)

    async def attribute(self, settled: Mapping[str, tuple[str, str]]) -> None:
        """A person says for which order and lot each difference was counted."""
        stub: Any = CountServiceStub(self.work.channel)
        attributions = [
            counts_pb2.Attribution(id=id, job=counts_pb2.Job(order_no=order, lot_no=lot))
            for id, (order, lot) in settled.items()
        ]
        await stub.AttributeCounts(
            counts_pb2.AttributeCountsRequest(
                idempotency_key=f"attribute {min(settled)}",
                plant="lyon",
                attributions=attributions,
            )
        )

    async def seen(self) -> None:
        """Wait until telemetry told of the press at least once, with a good look."""
        await until(self._looked_at, "a first look")

    async def _looked_at(self) -> bool:
        return bool(await self.looks())


@asynccontextmanager
async def running(
    *options: str, replicas: int = 1, retained: bool = True, through: bool = False
) -> AsyncIterator[Plant]:
    """The peer at work, its clients not yet trusted; `through` a line that a test may cut."""
    async with AsyncExitStack() as stack:
        root = stack.enter_context(scratch_folder())
        peer = OpcuaPeer(root, *options)
        line = await stack.enter_async_context(Line(f"opcua://{LOOPBACK}:{peer.port}"))
        sources = root / "sources.yaml"
        port = make_url(line.url).port if through else peer.port
        sources.write_text(yaml.safe_dump(_sources(port, retained=retained)))
        env = {
            "PLANTMESH_REFERENCE_ADDRESS": f"{LOOPBACK}:1",
            "PLANTMESH_TELEMETRY_SOURCES": str(sources),
        }
        mesh = Mesh(root, services=SERVICES, replicas=replicas, env=env, durable=False)
        await stack.enter_async_context(mesh)
        stack.push(lambda kind, *_: _show_logs(mesh) if kind else None)
        stack.callback(peer.kill)
        await asyncio.to_thread(peer.start)
        books = {
            service: await stack.enter_async_context(
                await psycopg.AsyncConnection.connect(url, autocommit=True)
            )
            for service, url in mesh.databases.items()
        }
        await _know_items(mesh.databases["mes"])
        token = Token(mesh.issuer.signer.mint(USERS["operator"]))
        work = Peer(f"{LOOPBACK}:{mesh.program('mes').port('grpc')}", token, seconds=30)
        stack.push_async_callback(work.close)
        yield Plant(mesh, peer, line, books, work)


async def until(fact: Callable[[], Awaitable[bool]], what: str, *, seconds: float = 60.0) -> None:
    """Wait for a fact."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                if await fact():
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {seconds:g} s") from None


async def admit(peer: OpcuaPeer, clients: int = 1) -> None:
    """Wait until `clients` were refused, then trust them."""

    async def tried() -> bool:
        return len(peer.refused()) >= clients

    await until(tried, f"{clients} refused certificates")
    peer.trust(peer.refused())


def _show_logs(mesh: Mesh) -> None:
    """The ends of what the services said: their folder is about to go."""
    for each in mesh.supervisor.watched:
        if each.server.name.startswith(SERVICES):
            sys.stdout.write(f"{each.server.name}\n{each.server.child.tail(20)}\n")


async def _know_items(dsn: str) -> None:
    store = Store(dsn, pool_size=1)
    async with store.work():
        await put_items(_ITEMS)
    await store.close()


def _sources(port: int | None, *, retained: bool) -> dict[str, Any]:
    def node(name: str) -> str:
        return f"nsu=urn:plantmesh:peer:line;s=M1.{name}"

    def counter(name: str, kind: str, **more: str) -> dict[str, Any]:
        return {
            "name": name.lower(),
            "kind": kind,
            "node": node(f"{name}Count"),
            "retained": retained,
            **more,
        }

    equipment = {
        "equipment": PRESS,
        "state": node("State"),
        "mode": node("Mode"),
        "order": node("CurrentOrder"),
        "lot": node("CurrentLot"),
        "counters": [
            counter("Good", "good"),
            counter("Scrap", "scrap", reason=node("ScrapReason")),
            counter("Material", "consumed", item=STEEL, lot=node("MaterialLot")),
        ],
    }
    source = {
        "name": "press",
        "endpoint": f"opc.tcp://{LOOPBACK}:{port}",
        "security": "SignAndEncrypt",
        "equipment": [equipment],
    }
    return {"sources": [source]}


def _key(order: str) -> dict[str, str]:
    return {"plant": "lyon", "order_no": order}


def _plan(order: str) -> dict[str, Any]:
    return {
        "key": _key(order),
        "item_no": PART,
        "quantity": {"value": "1000000", "unit": "C62"},
        "operations": [{"sequence": 10, "segment": "press", "work_center": PRESS}],
        "components": [
            {"position": 10, "item_no": STEEL, "quantity": {"value": "400000", "unit": "KGM"}}
        ],
        "over_tolerance": "0.1",
    }


_LOOKS: LiteralString = (
    "SELECT data FROM outbox WHERE type = 'plantmesh.telemetry.v1.CountersRead' ORDER BY id"
)
_STATES: LiteralString = (
    "SELECT data FROM outbox WHERE type = 'plantmesh.telemetry.v1.EquipmentStateChanged'"
    " ORDER BY id"
)
_CONFIRMED: LiteralString = (
    "SELECT data FROM outbox WHERE type = 'plantmesh.mes.v1.OperationConfirmed' ORDER BY id"
)
