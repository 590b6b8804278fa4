"""PostingService: postings on their way to the ERPs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import postings_pb2, postings_pb2_grpc

from services.erp import policy, wire
from services.erp.application.accept_postings import accept_postings
from services.erp.ports import Books
from services.kit.commands import once
from services.kit.store import Store

Learn = Callable[[Mapping[str, str]], Awaitable[None]]
"""Makes names known here before the unit of work, by the field that holds each."""


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
