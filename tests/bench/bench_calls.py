"""What a batch saves: BatchGetOrders of 100 against 100 calls, to erp as a process of its own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import uvloop
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1.orders_pb2 import BatchGetOrdersRequest

from services.erp.domain.keys import OrderKey as Key
from services.kit.backbone.outbox import Outbox
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.bench.meter import Cost, measure, postgres_cpu, program_cpu
from tests.bench.report import Result, Step
from tests.component.erp.conftest import ERP, SCOPES, TOPIC, calling, keep, set_up
from tests.copies import NOWHERE
from tests.servers import (
    PostgresServer,
    issuer_server,
    postgres_server,
    scratch_folder,
    valkey_server,
)
from tests.unit.erp.memory import order
from tools.mesh.program import Program
from tools.mesh.services import declare
from tools.mesh.tokens import Bearer

BATCH = 100
AIM = 20


def calls(items: int = 20_000) -> Result:
    """Items a CPU second of caller and service together, batched by unary."""
    with postgres_server() as postgres, _erp(postgres) as (program, token):
        fetch = partial(_step, postgres, program, token)
        fetch(items // 10, BATCH)
        unary = fetch(items // 10, 1)
        batched = fetch(items, BATCH)
    return Result(
        name="calls",
        says=f"orders by BatchGet of {BATCH} by one a call, each per CPU second",
        ratio=batched.cost.per_cpu_second / unary.cost.per_cpu_second,
        aim=AIM,
        right=True,
        steps=[unary, batched],
    )


@contextmanager
def _erp(postgres: PostgresServer) -> Iterator[tuple[Program, str]]:
    """The service with its orders, and a token for it."""
    dsn = postgres.dsn("erp", prepared_by=partial(migrate, "erp"))
    with issuer_server() as issuer, valkey_server(private=True) as valkey, scratch_folder() as root:
        env = {
            "PLANTMESH_DATABASE_URL": dsn,
            "PLANTMESH_REDIS_URL": valkey.url,
            "PLANTMESH_JWKS_URL": issuer.jwks_url,
            "PLANTMESH_ISSUER": issuer.url,
            **NOWHERE,
        }
        asyncio.run(_fill(dsn))
        [program] = declare("erp", env, 1).programs(root)
        program.start()
        try:
            yield program, issuer.mint(Bearer("service:process", tuple(SCOPES.split())))
        finally:
            program.stop()


async def _fill(dsn: str) -> None:
    store = Store(dsn)
    store.bind(Outbox(TOPIC))
    await set_up(store, ERP)
    orders = [order(Key("lyon", f"{number}")) for number in range(BATCH)]
    await keep(store, *orders)
    await store.close()


def _step(postgres: PostgresServer, program: Program, token: str, items: int, size: int) -> Step:
    pid = program.child.pid
    before = program_cpu(pid), postgres_cpu(postgres.url)
    caller = measure(_fetch, program.port("grpc"), token, items, size)
    service, servers = program_cpu(pid) - before[0], postgres_cpu(postgres.url) - before[1]
    cost = Cost(caller.count, caller.cpu + service, caller.wall)
    return Step(f"{size} a call", cost, {"of it erp": service, "PostgreSQL": servers})


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
