"""The gRPC face of the ERP service. Domain errors become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any

from google.protobuf.message import Message
from grpc.aio import ServicerContext
from plantmesh.common.v1 import holds_pb2, holds_pb2_grpc
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.erp.v1 import orders_pb2, orders_pb2_grpc, postings_pb2, postings_pb2_grpc

from services.erp import policy, wire
from services.erp.application.accept_postings import accept_postings
from services.erp.application.apply_holds import apply_holds, refuse_while_under_way
from services.erp.application.read_orders import listing_of_orders, read_orders
from services.erp.application.read_state import read_state
from services.erp.ports import Books
from services.kit.backbone.topic import Topic
from services.kit.commands import once
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store
from services.kit.wire import read_page

Learn = Callable[[Mapping[str, str]], Awaitable[None]]
"""Makes names known here before the unit of work, by the field that holds each."""


class OrderServicer(orders_pb2_grpc.OrderServiceServicer):
    """OrderService v1; see orders.proto for the meaning of each call."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def BatchGetOrders(  # noqa: N802 - named by the proto
        self, request: orders_pb2.BatchGetOrdersRequest, context: ServicerContext[Any, Any]
    ) -> orders_pb2.BatchGetOrdersResponse:
        """Orders by key."""
        keys = [wire.read_order_key(key) for key in request.keys]
        policy.may_read(keys, field="keys")
        async with self._store.work():
            found, missing = await read_orders(self._books.orders, keys)
        return wire.write_orders(found, missing)

    async def ListOrders(  # noqa: N802 - named by the proto
        self, request: orders_pb2.ListOrdersRequest, context: ServicerContext[Any, Any]
    ) -> orders_pb2.ListOrdersResponse:
        """Orders of a plant, a page at a time."""
        policy.may_list(request.plant)
        page = read_page(request.page, listing_of_orders(request.plant))
        async with self._store.work():
            return wire.write_order_page(await self._books.orders.page(request.plant, page))


class PostingServicer(postings_pb2_grpc.PostingServiceServicer):
    """PostingService v1; see postings.proto for the meaning of each call."""

    def __init__(self, store: Store, books: Books, learn_plants: Learn) -> None:
        self._store = store
        self._books = books
        self._learn_plants = learn_plants

    async def AcceptPostings(  # noqa: N802 - named by the proto
        self, request: postings_pb2.AcceptPostingsRequest, context: ServicerContext[Any, Any]
    ) -> postings_pb2.AcceptPostingsResponse:
        """Queue postings, all or none."""
        postings = [
            wire.read_posting(posting, field=f"postings[{index}]")
            for index, posting in enumerate(request.postings)
        ]
        principal = policy.may_post(posting.order for posting in postings)
        await self._learn_plants(
            {one.order.plant: f"postings[{i}].order.plant" for i, one in enumerate(postings)}
        )

        async def accept() -> postings_pb2.AcceptPostingsResponse:
            records = await accept_postings(self._books, postings)
            return postings_pb2.AcceptPostingsResponse(accepted=map(wire.write_record, records))

        key = request.idempotency_key
        return await once(self._store, principal, "AcceptPostings", key, request, accept)

    async def BatchGetPostings(  # noqa: N802 - named by the proto
        self, request: postings_pb2.BatchGetPostingsRequest, context: ServicerContext[Any, Any]
    ) -> postings_pb2.BatchGetPostingsResponse:
        """Postings of orders, in lane order."""
        keys = [wire.read_order_key(key) for key in request.orders]
        policy.may_read(keys, field="orders")
        async with self._store.work():
            records = await self._books.postings.of_orders(keys)
        return postings_pb2.BatchGetPostingsResponse(postings=map(wire.write_record, records))


class HoldServicer(holds_pb2_grpc.HoldEnforcementServiceServicer):
    """HoldEnforcementService v1 for what waits for the ERPs."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def ApplyHolds(  # noqa: N802 - named by the proto
        self, request: holds_pb2.ApplyHoldsRequest, context: ServicerContext[Any, Any]
    ) -> holds_pb2.ApplyHoldsResponse:
        """Apply and lift; UNAVAILABLE while an ERP may be working on a posting of a lot."""
        holds = [wire.read_hold(hold) for hold in request.holds]
        principal = policy.may_enforce(hold.lot.plant for hold in holds)

        async def apply() -> holds_pb2.ApplyHoldsResponse:
            return holds_pb2.ApplyHoldsResponse(hold_nos=await apply_holds(self._books, holds))

        key = request.idempotency_key
        answer = await once(self._store, principal, "ApplyHolds", key, request, apply)
        async with self._store.work():
            await refuse_while_under_way(self._books.postings, holds)
        return answer


def registrations(
    store: Store, books: Books, topic: Topic, learn_plants: Learn
) -> list[Registration]:
    """Everything the service answers."""

    async def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        async for part in read_state(books, lambda key: topic.part_of(str(key)) == partition):
            yield wire.write_state(*part)

    holds = HoldServicer(store, books)
    snapshots = SnapshotServicer(store, topic, state, policy.may_copy)
    return [
        (orders_pb2_grpc.add_OrderServiceServicer_to_server, OrderServicer(store, books)),
        (
            postings_pb2_grpc.add_PostingServiceServicer_to_server,
            PostingServicer(store, books, learn_plants),
        ),
        (holds_pb2_grpc.add_HoldEnforcementServiceServicer_to_server, holds),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]
