"""A recorded month of orders in the ledger's shape, behind the calls of mapping."""

import asyncio
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.erp.v1 import mapping_pb2 as pb
from plantmesh.erp.v1.mapping_pb2_grpc import MappingServiceStub
from plantmesh.erp.v1.sources_pb2_grpc import SourceServiceStub
from plantmesh.reference.v1 import reference_pb2 as pb_reference

from services.erp import wire
from services.erp.adapters.ledger.papers import Component, Operation, Order, read_order
from services.erp.application.take_order import take_order
from services.erp.domain.codes import Code
from services.erp.ports.feeds import RawOrder
from services.erp.store import sql_books
from services.erp.store.inbox import Inboxes
from services.kit.backbone.outbox import Outbox
from services.kit.copies import put
from services.kit.lanes.systems import System
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Row, Store
from services.kit.wire import write_moment
from tests.component.erp.conftest import CODES, TOPIC, ask, set_up, with_erp
from tests.component.kit.rpc.desk import Given, mint
from tests.copies import code_mapping, put_codes
from tools.mesh.program import HERE

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
CHANGED = BEGIN + timedelta(days=14)
ORDERS = 400
ERP = System("erp-1", "ledger", ("lyon",), 100, settings={"url": "http://127.0.0.1:9"})
OLD = Code("work_center", "WC-2", "lyon/press-2")
NEW = Code(
    "work_center", "WC-2", "lyon/press-9", version=2, is_draft=True, valid_from=CHANGED, replaces=1
)
APPROVED = replace(NEW, is_draft=False)


@dataclass
class Month:
    """Orders of May as the ledger told of them; `affected` are made at WC-2 from the 15th on."""

    dsn: str
    store: Store
    server: RpcServer
    orders: Sequence[Order]

    @property
    def affected(self) -> list[str]:
        """By key."""
        return sorted(
            f"{one.plant}/{one.order}"
            for one in self.orders
            if one.changed >= CHANGED and any(step.work_center == "WC-2" for step in one.operations)
        )

    def stubs(self, **claims: Any) -> tuple[Any, Any, Peer]:
        """The calls of mapping and of sources, as somebody."""
        given = {"scope": "erp:read erp:write", "plants": ["*"], "sub": "ann", **claims}
        peer = Peer(f"127.0.0.1:{self.server.port}", Given(mint(**given)), seconds=60)
        return MappingServiceStub(peer.channel), SourceServiceStub(peer.channel), peer

    async def diff(self, **change: Any) -> Any:
        """Of the whole month."""
        stub, _, peer = self.stubs()
        request = pb.DiffMappingRequest(
            **{"system": "erp-1", "since": write_moment(BEGIN), **change}
        )
        try:
            return (await stub.DiffMapping(request)).diff
        finally:
            await peer.close()

    async def changes(self, digest: str) -> list[Any]:
        """Page by page."""
        stub, _, peer = self.stubs()
        found, cursor, more = [], "", True
        while more:
            page = PageRequest(size=70, cursor=cursor)
            answer = await stub.ListMappingChanges(
                pb.ListMappingChangesRequest(digest=digest, page=page)
            )
            found += answer.changes
            cursor, more = answer.page.end_cursor, answer.page.has_more
        await peer.close()
        return found

    async def apply(self, digest: str) -> list[Any]:
        """A batch a call, to the end; by bob."""
        stub, _, peer = self.stubs(sub="bob")
        answers: list[Any] = []
        try:
            while not answers or answers[-1].left:
                request = pb.ApplyMappingRequest(idempotency_key=str(uuid4()), digest=digest)
                answers.append(await stub.ApplyMapping(request))
                assert len(answers) <= 20, "it comes to no end"
        finally:
            await peer.close()
        return answers

    async def approve(self) -> None:
        """As reference would tell it."""
        async with self.store.work():
            await put_codes("erp-1", [APPROVED])
            ended = code_mapping("erp-1", replace(OLD, valid_to=CHANGED))
            ended.status = pb_reference.CODE_STATUS_RETIRED
            await put(wire.CODES, [ended])

    async def rows(self) -> dict[str, str]:
        """Every order as stored."""
        query = "SELECT plant || '/' || order_no, o::text FROM production_order o"
        return dict(await ask(self.store, query))

    async def told(self) -> list[Row]:
        """Key and sequence of every event, in order."""
        return await ask(self.store, "SELECT key, sequence FROM outbox ORDER BY id")

    async def crash(self, digest: str, at: str, visits: int) -> int:
        """Apply in a process of its own; how it ended."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.component.erp.applier"),
            *(self.dsn, digest, at, str(visits)),
            cwd=HERE,
        )
        return await process.wait()


def recorded(dice: random.Random) -> list[Order]:
    """Several hundred, over a month, at three work centers."""
    orders = []
    for number in range(ORDERS):
        changed = BEGIN + timedelta(minutes=dice.randrange(30 * 24 * 60))
        centers = dice.sample(["WC-1", "WC-2", "WC-3"], dice.randint(1, 3))
        orders.append(
            Order(
                plant="lyon",
                order=f"{number:04}",
                item=f"widget-{dice.randrange(9)}",
                quantity=str(Decimal(dice.randint(1, 9999)) / 10),
                unit=dice.choice(["KG", "ST"]),
                status=(dice.choice(["CRTD", "REL", "CLSD"]),),
                version=dice.randint(1, 9),
                changed=changed,
                due_start=changed + timedelta(days=3),
                due_end=changed + timedelta(days=5),
                components=(Component(10, "steel", "1.5", "KG"),),
                operations=tuple(
                    Operation(place * 10, "press", center) for place, center in enumerate(centers)
                ),
            )
        )
    return orders


MONTH = recorded(random.Random(7))


async def receive(store: Store, orders: Sequence[Order]) -> None:
    """As the poller takes them."""

    async def take(raw: RawOrder) -> None:
        await take_order(sql_books(), "erp-1", read_order(raw.content))

    raws = [RawOrder(f"lyon/{one.order}", msgspec.json.encode(one)) for one in orders]
    await Inboxes(store).of("erp-1", "production_order").receive(raws, take)


def with_month(dsn: str) -> None:
    """Read by the maps of before, with one mapping drafted anew."""
    with_erp(dsn)
    asyncio.run(_fill(dsn))


async def _fill(dsn: str) -> None:
    store = Store(dsn)
    store.bind(Outbox(TOPIC))
    more = [Code("uom", "ST", "H87"), Code("work_center", "WC-3", "lyon/press-3"), OLD]
    await set_up(store, ERP, [*CODES, *more])
    await receive(store, MONTH)
    async with store.work():
        await put_codes("erp-1", [NEW])
    await store.close()
