"""The service as a process: stock moves through its port and is told of on its stream."""

import asyncio
from typing import Any

from plantmesh.wms.v1.events_pb2 import StockMoved
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub
from redis.asyncio import Redis

from services.kit.rpc.client import Peer
from services.kit.store import Store
from services.wms.__main__ import TOPIC
from tests.component.kit.rpc.desk import Given
from tests.component.wms.messages import issue, move
from tests.component.wms.warehouse import STOREKEEPER
from tests.copies import NOWHERE, put_items
from tests.servers import IssuerServer, ValkeyServer, scratch_folder
from tests.unit.wms.moves import ITEMS
from tools.mesh.services import declare
from tools.mesh.tokens import Bearer

STREAM = TOPIC.stream(TOPIC.part_of("lyon/FLOUR/F1"))


async def test_an_issue_ahead_of_its_receipt_is_told_of_where_the_plant_allows_it(
    database: str, valkey: ValkeyServer, issuer: IssuerServer
) -> None:
    env = {
        "PLANTMESH_DATABASE_URL": database,
        "PLANTMESH_REDIS_URL": valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_ALLOW_NEGATIVE": '["lyon"]',
        **NOWHERE,
    }
    store = Store(database, pool_size=1)
    async with store.work():
        await put_items(ITEMS)
    await store.close()
    token = issuer.mint(Bearer("storekeeper", tuple(STOREKEEPER.split())))
    with scratch_folder() as folder:
        [program] = declare("wms", env, 1).programs(folder)
        program.start()
        try:
            peer = Peer(f"127.0.0.1:{program.port('grpc')}", Given(token), seconds=10)
            stub: Any = StockServiceStub(peer.channel)
            await stub.MoveStock(move(issue()))
            await peer.close()
            event = StockMoved.FromString(await _first_entry(valkey.url))
        finally:
            program.stop()
    assert event.movement.reference == "i1"
    assert [one.quantity.value for one in event.balances] == ["-10"]


async def _first_entry(url: str) -> bytes:
    async with Redis.from_url(url) as redis, asyncio.timeout(20):
        answer: Any = await redis.xread({STREAM: "0"}, count=1, block=20_000)
    [[_, [(_, fields)]]] = answer
    data: bytes = fields[b"data"]
    return data
