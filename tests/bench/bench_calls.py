"""What a batch saves: BatchGetOrders of 100 against 100 calls, to erp as a process of its own."""

import asyncio
from functools import partial

import uvloop
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1.orders_pb2 import BatchGetOrdersRequest

from services.erp.domain.keys import OrderKey as Key
from services.kit.backbone.outbox import Outbox
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.bench.report import Result
from tests.bench.serving import served
from tests.component.erp.conftest import ERP, SCOPES, TOPIC, calling, keep, set_up
from tests.servers import postgres_server
from tests.unit.erp.memory import order

BATCH = 100
AIM = 20


def calls(items: int = 20_000) -> Result:
    """Items a CPU second of caller and service together, batched by unary."""
    with postgres_server() as postgres:
        dsn = postgres.dsn("erp", prepared_by=partial(migrate, "erp"))
        asyncio.run(_fill(dsn))
        with served("erp", postgres, dsn, SCOPES) as erp:
            erp.step("", _fetch, "grpc", items // 10, BATCH)
            unary = erp.step("1 a call", _fetch, "grpc", items // 10, 1)
            batched = erp.step(f"{BATCH} a call", _fetch, "grpc", items, BATCH)
    return Result(
        name="calls",
        says=f"orders by BatchGet of {BATCH} by one a call, each per CPU second",
        ratio=batched.cost.per_cpu_second / unary.cost.per_cpu_second,
        aim=AIM,
        right=True,
        steps=[unary, batched],
    )


async def _fill(dsn: str) -> None:
    store = Store(dsn)
    store.bind(Outbox(TOPIC))
    await set_up(store, ERP)
    orders = [order(Key("lyon", f"{number}")) for number in range(BATCH)]
    await keep(store, *orders)
    await store.close()


def _fetch(port: int, token: str, items: int, size: int) -> int:
    return uvloop.run(_ask(port, token, items, size))


async def _ask(port: int, token: str, items: int, size: int) -> int:
    keys = [OrderKey(plant="lyon", order_no=f"{number}") for number in range(BATCH)]
    got = 0
    async with calling(port, token) as erp:
        while got < items:
            start = got % BATCH
            request = BatchGetOrdersRequest(keys=keys[start : start + size])
            answer = await erp.orders.BatchGetOrders(request)
            if len(answer.orders) != size:
                raise RuntimeError(f"{len(answer.orders)} orders of {size}")
            got += size
    return got
