"""The service as a process: an order comes from the ledger, a posting goes, both are told."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1.orders_pb2 import BatchGetOrdersRequest
from redis.asyncio import Redis

from services.kit.backbone.topic import Topic
from services.kit.lanes.systems import System
from services.kit.store import Store
from tests.component.erp.conftest import SCOPES, calling, set_up, with_erp
from tests.component.erp.requests import accept, posting
from tests.copies import NOWHERE
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder
from tests.unit.erp.memory import NOON
from tests.waiting import until
from tools.mesh.program import Program
from tools.mesh.services import declare
from tools.mesh.tokens import Bearer
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Item, Order
from tools.simulators.ledger.place import Place

NUMBER = "process-1"
KEY = OrderKey(plant="lyon", order_no=NUMBER)


@pytest.fixture
def folder() -> Iterator[Path]:
    """For its log and its ports."""
    with scratch_folder() as root:
        yield root


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[tuple[str, Store]]:
    """Where the process works, and our own look at it."""
    url = postgres.dsn("erp", prepared_by=with_erp)
    store = Store(url)
    yield url, store
    await store.close()


async def test_an_order_comes_a_posting_goes_and_a_new_row_takes_effect(
    database: tuple[str, Store],
    valkey: ValkeyServer,
    issuer: IssuerServer,
    ledger: Client,
    ledger_process: tuple[Program, Place],
    folder: Path,
) -> None:
    url, store = database
    await ledger.keep(Item("widget", "KG"))
    day = NOON + timedelta(days=1)
    await ledger.release(Order("lyon", NUMBER, "widget", Decimal(100), "KG", NOON, day))
    key = ledger_process[1].key.read_text()
    env = {
        "PLANTMESH_DATABASE_URL": url,
        "PLANTMESH_REDIS_URL": valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_SECRETS": json.dumps({"ledger": key}),
        "PLANTMESH_POLL_SECONDS": "0.2",
        **NOWHERE,
    }
    [program] = declare("erp", env, 1).programs(folder)
    program.start()
    try:
        # The row comes while the process runs: lanes and poller follow it.
        row = System("erp-1", "ledger", ("lyon",), 10_000, "ledger", {"url": ledger.url})
        await set_up(store, row)
        token = issuer.mint(Bearer("service:process", tuple(SCOPES.split())))
        async with calling(program.port("grpc"), token) as erp:

            async def known() -> bool:
                got = await erp.orders.BatchGetOrders(BatchGetOrdersRequest(keys=[KEY]))
                return bool(got.orders)

            async def booked() -> bool:
                found = documents(ledger_process[1].journal)
                return [one.posting.order for one in found].count(NUMBER) == 1

            async def told() -> bool:
                topic = Topic("plantmesh.erp")
                stream = topic.stream(topic.part_of(f"lyon/{NUMBER}"))
                async with Redis.from_url(valkey.url) as redis:
                    entries: Any = await redis.xrange(stream)
                # Orders of other tests may share the partition, and the ledger's status moves too.
                types = [
                    fields[b"ce_type"].decode().rpartition(".")[2]
                    for _, fields in entries
                    if fields[b"ce_partitionkey"] == f"lyon/{NUMBER}".encode()
                ]
                return types[:1] == ["ProductionOrderReleased"] and "PostingDone" in types

            await until(known)
            await erp.postings.AcceptPostings(accept(posting("p/1/yield", order=KEY)))
            await until(booked)
            await until(told)
    finally:
        program.stop()
