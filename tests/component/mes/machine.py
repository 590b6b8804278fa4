"""A press as telemetry tells of it: its outbox, a relay, and the consumer of mes that counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from plantmesh.telemetry.v1.events_pb2 import CountersRead
from redis.asyncio import Redis

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.envelope import Position
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.snapshot import rebuild, snapshot
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.lease import LeaseRow
from services.kit.store import Store
from services.mes.consumers import COUNTS, TELEMETRY, counts
from services.mes.store import open_books
from tests.component.mes.messages import kg

PRESS = "lyon/hall-1/press-1"


def good(total: str, counter: str = "good") -> dict[str, Any]:
    """A counter of what was made."""
    return {"counter": counter, "kind": "COUNTER_KIND_GOOD", "reading": kg(total)}


def scrap(total: str, reason: str = "burnt") -> dict[str, Any]:
    """A counter of what was spoiled."""
    return {
        "counter": "scrap",
        "kind": "COUNTER_KIND_SCRAP",
        "reading": kg(total),
        "reason": reason,
    }


def flour(total: str, lot_no: str = "F1") -> dict[str, Any]:
    """A counter of what was taken."""
    return {
        "counter": "flour",
        "kind": "COUNTER_KIND_CONSUMED",
        "reading": kg(total),
        "item_no": "FLOUR",
        "lot_no": lot_no,
    }


def look(second: int, *counters: dict[str, Any], **changes: Any) -> CountersRead:
    """A look at the press so many seconds after noon."""
    request = {
        "plant": "lyon",
        "equipment": PRESS,
        "epoch": "1",
        "counters": list(counters),
        "order_no": "4711",
        "lot_no": "L1",
        "quality": "QUALITY_GOOD",
        "read_at": {
            "timestamp": f"2026-05-04T12:{second // 60:02}:{second % 60:02}Z",
            "offset_minutes": 120,
        },
        **changes,
    }
    return ParseDict(request, CountersRead())


class Machine:
    """Tells looks to mes, all the way through the broker."""

    def __init__(self, telemetry: Store, mes: Store, broker: str) -> None:
        telemetry.bind(Outbox(TELEMETRY))
        self._telemetry, self._mes = telemetry, mes
        self._relay = Relay(telemetry, Redis.from_url(broker), TELEMETRY, RelayOptions(idle=0.01))
        options = ConsumerOptions(block=0.01, term=0.2, look_again=0.0, longest_pause=0.0)
        subscriptions = counts(open_books(SystemClock()))
        redis: Redis = Redis.from_url(broker)
        self.consumer = Consumer(mes, redis, subscriptions, COUNTS, [TELEMETRY], options)

    async def tell(self, *looks: Message) -> list[str]:
        """Publish in one transaction, and count; the events' ids."""
        async with self._telemetry.work() as work:
            ids = [emit(work, PRESS, one) for one in looks]
        while not await self._relay.turn():
            pass
        await self.count()
        return ids

    async def count(self) -> None:
        """Apply what was published."""
        await self.consumer.tick()
        for _ in range(3):
            await self.consumer.turn()

    async def elect(self) -> int:
        """Begin another term by the lease in telemetry's database; its epoch."""
        lease = LeaseRow(self._telemetry, "collector")
        try:
            return await lease.take(await lease.read(), "press") or 0
        finally:
            await lease.drop()

    async def go_on_from_snapshot(self) -> None:
        """Counters are absolute: the cursor moves to where telemetry is, and nothing is loaded."""
        place = TELEMETRY, TELEMETRY.part_of(PRESS)

        async def head(topic: Topic, partition: int) -> tuple[Position, None]:
            async with snapshot(self._telemetry, topic, partition) as (position, _):
                return position, None

        async def load(_: None) -> None:
            """The next look tells it."""

        await rebuild(self._mes, COUNTS, place, head, load)

    async def close(self) -> None:
        """Give everything back; another machine on the same plant counts at once."""
        await self.consumer.leave()
        await self.consumer.close()
        await self._relay.close()


@asynccontextmanager
async def open_machine(database: str, mes: Store, broker: str) -> AsyncIterator[Machine]:
    """On a database of its own, as telemetry has one."""
    telemetry = Store(database)
    machine = Machine(telemetry, mes, broker)
    try:
        yield machine
    finally:
        await machine.close()
        await telemetry.close()
