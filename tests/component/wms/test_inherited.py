"""What mes makes of held lots is held in stock: told through the broker, to wms's consumer."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from google.protobuf.json_format import ParseDict
from plantmesh.mes.v1.events_pb2 import HoldsInherited
from redis.asyncio import Redis

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.clock import SystemClock
from services.kit.store import Store
from services.mes.__main__ import SUBSCRIBERS
from services.wms.consumers import HOLDS, MES, holds
from services.wms.store import open_books
from tests.component.wms.conftest import prepare
from tests.component.wms.messages import lot
from tests.component.wms.warehouse import Warehouse
from tests.servers import PostgresServer, ValkeyServer
from tests.unit.wms.moves import hold, issue, receive
from tests.unit.wms.use_cases import carry, put, refused


class Floor:
    """Mes, as far as wms hears of it."""

    def __init__(self, mes: Store, relay: Relay, consumer: Consumer) -> None:
        self._mes = mes
        self._relay = relay
        self._consumer = consumer

    async def made(self, *names: str, version: int = 1) -> None:
        """Lots of FLOUR/F1, on which H1 was in force; wms has heard of it."""
        held = [{"hold_no": "H1", "version": version, "from": lot("FLOUR/F1")}]
        async with self._mes.work() as work:
            for name in names:
                told = ParseDict({"lot": lot(name), "holds": held}, HoldsInherited())
                emit(work, f"lyon/{name}", told)
        while not await self._relay.turn():
            pass
        await self._consumer.tick()
        for _ in range(3):
            await self._consumer.turn()


@pytest.fixture
async def floor(
    warehouse: Warehouse, postgres: PostgresServer, fresh_valkey: ValkeyServer
) -> AsyncIterator[Floor]:
    """With a database and a broker of its own."""
    mes = Store(postgres.dsn("mes", prepared_by=prepare))
    mes.bind(Outbox(MES))
    url = fresh_valkey.url
    relay = Relay(mes, Redis.from_url(url), MES, RelayOptions(idle=0.01))
    options = ConsumerOptions(block=0.01, term=0.2, look_again=0.0, longest_pause=0.0)
    subscriptions = holds(open_books(SystemClock()))
    redis: Redis = Redis.from_url(url)
    consumer = Consumer(warehouse.store, redis, subscriptions, HOLDS, [MES], options)
    async with AsyncExitStack() as stack:
        for close in (mes.close, relay.close, consumer.close):
            stack.push_async_callback(close)
        yield Floor(mes, relay, consumer)


async def test_a_lot_made_of_a_held_one_is_held_until_quality_lifts_it(
    warehouse: Warehouse, floor: Floor
) -> None:
    await carry(warehouse, *(receive(f"r{n}", name=f"BREAD/B{n}") for n in (1, 2, 3)))
    await put(warehouse, hold())
    await floor.made("BREAD/B1", "BREAD/B2")
    for n in (1, 2):
        assert (await refused(warehouse, issue(f"i{n}", "1", f"BREAD/B{n}")))[0] == "lot_held"
    await carry(warehouse, issue("i3", "1", "BREAD/B3"))
    lifted = [hold(name, version=2, active=False) for name in ("FLOUR/F1", "BREAD/B1", "BREAD/B2")]
    await put(warehouse, *lifted)
    # The news of what was lifted meanwhile holds nothing again.
    await floor.made("BREAD/B1")
    await carry(warehouse, issue("i1", "1", "BREAD/B1"), issue("i2", "1", "BREAD/B2"))


def test_mes_keeps_its_stream_for_this_consumer() -> None:
    assert HOLDS in SUBSCRIBERS
