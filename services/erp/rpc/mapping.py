"""MappingService: orders as they came are mapped again, first shown, then applied."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import mapping_pb2 as pb
from plantmesh.erp.v1.mapping_pb2_grpc import MappingServiceServicer

from services.erp import policy
from services.erp.application.apply_mapping import apply_mapping
from services.erp.application.diff_mapping import Read, review_mapping
from services.erp.ports import Books
from services.erp.ports.mapping import Replays
from services.erp.wire.mapping import read_scope, write_change, write_review
from services.kit.commands import once
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page

Context = ServicerContext[Any, Any]
Reader = Callable[[str], AbstractAsyncContextManager[Read]]
"""How to read the raw orders of a system; raises NotFoundError."""


class MappingServicer(MappingServiceServicer):
    """MappingService v1; see mapping.proto."""

    def __init__(self, store: Store, books: Books, replays: Replays, reader: Reader) -> None:
        self._store = store
        self._books = books
        self._replays = replays
        self._reader = reader

    async def DiffMapping(  # noqa: N802 - named by the proto
        self, request: pb.DiffMappingRequest, context: Context
    ) -> pb.DiffMappingResponse:
        """What would differ, kept for whoever looks at it."""
        policy.may_map((), write=False)
        scope = read_scope(request)
        async with self._store.work(), self._reader(scope.system) as read:
            plants = await self._books.systems.plants(scope.system)
            who = policy.may_map(plants, write=False).subject
            digest = await review_mapping(self._books, self._replays, read, scope, who)
            return pb.DiffMappingResponse(diff=write_review(await self._replays.lock(digest)))

    async def ListMappingChanges(  # noqa: N802 - named by the proto
        self, request: pb.ListMappingChangesRequest, context: Context
    ) -> pb.ListMappingChangesResponse:
        """Document by document."""
        policy.may_map((), write=False)
        page = read_page(request.page, Listing(f"erp.mapping {request.digest}", (int,)))
        async with self._store.work():
            review = await self._replays.lock(request.digest)
            plants = await self._books.systems.plants(review.scope.system)
            policy.may_map(plants, write=False)
            cut = page.cut(await self._replays.changes(review.id, page), lambda row: row[:1])
        return pb.ListMappingChangesResponse(
            diff=write_review(review),
            changes=[write_change(change, outcome) for _, change, outcome in cut.rows],
            page=write_page(cut),
        )

    async def ApplyMapping(  # noqa: N802 - named by the proto
        self, request: pb.ApplyMappingRequest, context: Context
    ) -> pb.ApplyMappingResponse:
        """The next documents of a reviewed diff, in one transaction."""
        principal = policy.may_map((), write=True)

        async def apply() -> pb.ApplyMappingResponse:
            system = (await self._replays.lock(request.digest)).scope.system
            policy.may_map(await self._books.systems.plants(system), write=True)
            async with self._reader(system) as read:
                done = await apply_mapping(
                    self._books, self._replays, read, request.digest, principal.subject
                )
            return pb.ApplyMappingResponse(
                diff=write_review(done.review),
                applied=done.applied,
                overtaken=done.overtaken,
                left=done.left,
            )

        key = request.idempotency_key
        return await once(self._store, principal, "ApplyMapping", key, request, apply)
