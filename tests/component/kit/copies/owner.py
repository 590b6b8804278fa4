"""An owner of items behind a real port, and a service that keeps copies of them."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

import grpc
from google.protobuf.message import Message
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import ItemChanged
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from redis.asyncio import Redis

from services.kit.backbone.consumer import Consumer, ConsumerOptions
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.relay import Relay, RelayOptions
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.copies import Copies, Kind, known
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store, current_work
from tests.component.kit.rpc.desk import Given, mint, verifier

TOPIC = Topic("plantmesh.owner", partitions=2)
ITEMS = Kind("item", pb.Item, key=lambda item: item.item_no, version=lambda item: item.version)


def item(item_no: str, version: int = 1, description: str = "") -> pb.Item:
    """An item in kilograms."""
    return pb.Item(
        item_no=item_no,
        version=version,
        description=description,
        base_unit="KGM",
        type=pb.ITEM_TYPE_RAW,
    )


class Owner:
    """Items in a table of its own; `asked` holds the keys of each look-up."""

    def __init__(self, store: Store, redis: Redis) -> None:
        store.bind(Outbox(TOPIC))
        self.asked: list[list[str]] = []
        self.store = store
        self.relay = Relay(store, redis, TOPIC, RelayOptions(compare=0.0, look_again=0.0))
        self.port = 0
        self._server: RpcServer | None = None

    async def start(self) -> None:
        """Answer, always on the same port."""
        snapshots = SnapshotServicer(self.store, TOPIC, self._state, lambda: None)
        self._server = RpcServer(
            verifier(),
            [
                (register, self),
                (add_SnapshotServiceServicer_to_server, snapshots),
            ],
            bind="127.0.0.1",
            port=self.port,
        )
        self.port = self._server.port
        await self._server.start()

    async def stop(self) -> None:
        """Be away."""
        if self._server is not None:
            await self._server.stop(0)

    async def put(self, *items: pb.Item, told: bool = True) -> None:
        """Store items and tell of them."""
        async with self.store.work() as work:
            for one in items:
                await work.sql(
                    "INSERT INTO item VALUES (%s, %s) ON CONFLICT (item_no)"
                    " DO UPDATE SET payload = excluded.payload",
                    (one.item_no, one.SerializeToString()),
                )
                if told:
                    emit(work, one.item_no, ItemChanged(item=one))

    async def carry(self) -> None:
        """Let the relay work until nothing moves."""
        for _ in range(3):
            while not await self.relay.turn():
                pass

    async def answer(self, request: pb.BatchGetItemsRequest, _: object) -> pb.BatchGetItemsResponse:
        """Those that exist."""
        self.asked.append(list(request.item_nos))
        async with self.store.work() as work:
            rows = await work.sql(
                "SELECT payload FROM item WHERE item_no = ANY(%s)", (list(request.item_nos),)
            )
        return pb.BatchGetItemsResponse(items=[pb.Item.FromString(one) for (one,) in rows])

    async def _state(self, partition: int) -> AsyncIterator[Iterable[Message]]:
        rows = await current_work().sql("SELECT payload FROM item ORDER BY item_no")
        items = [pb.Item.FromString(one) for (one,) in rows]
        yield [ItemChanged(item=one) for one in items if TOPIC.part_of(one.item_no) == partition]


def register(owner: Owner, server: grpc.aio.Server) -> None:
    """The look-up alone."""
    answer = grpc.unary_unary_rpc_method_handler(
        owner.answer, pb.BatchGetItemsRequest.FromString, pb.BatchGetItemsResponse.SerializeToString
    )
    handler = grpc.method_handlers_generic_handler(
        "plantmesh.reference.v1.ReferenceService", {"BatchGetItems": answer}
    )
    server.add_generic_rpc_handlers((handler,))


class Keeper:
    """A service with copies: its database, its consumer, its channel to the owner."""

    def __init__(self, store: Store, redis: Redis, owner: Owner) -> None:
        self.store = store
        self.peer = Peer(f"127.0.0.1:{owner.port}", Given(mint()), seconds=2)
        self.copies = Copies(store, TOPIC, "keeper", self.peer)
        self.copies.keep(
            ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=self._ask
        )
        subscriptions = Subscriptions()
        self.copies.follow(subscriptions)
        options = ConsumerOptions(block=0.01, term=0.2, look_again=0.0, longest_pause=0.0)
        self.consumer = Consumer(store, redis, subscriptions, "keeper", [TOPIC], options)

    async def consume(self) -> None:
        """Apply what was published."""
        await self.consumer.tick()
        for _ in range(3):
            await self.consumer.turn()

    async def versions(self, *keys: str) -> dict[str, int]:
        """What we know, without asking anybody."""
        async with self.store.work():
            return {key: one.version for key, one in (await known(ITEMS, keys)).items()}

    async def learn(self, *keys: str) -> dict[str, int]:
        """As a servicer does before its unit of work."""
        await self.copies.learn(ITEMS, {key: f"lines[{i}].item_no" for i, key in enumerate(keys)})
        return await self.versions(*keys)

    async def close(self) -> None:
        """Give everything back."""
        await self.consumer.close()
        await self.peer.close()

    async def _ask(self, keys: list[str]) -> Iterable[pb.Item]:
        stub: Any = ReferenceServiceStub(self.peer.channel)
        answer: pb.BatchGetItemsResponse = await stub.BatchGetItems(
            pb.BatchGetItemsRequest(item_nos=keys)
        )
        return answer.items
