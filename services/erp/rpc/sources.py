"""SourceService: how fresh the news of each ERP are."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import sources_pb2 as pb
from plantmesh.erp.v1.sources_pb2_grpc import SourceServiceServicer

from services.erp import policy
from services.erp.store.sources import SqlSources
from services.erp.wire.mapping import write_sources
from services.kit.access.policy import visible_plants
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page

Context = ServicerContext[Any, Any]
SOURCES = Listing("erp.sources", (str,))


class SourceServicer(SourceServiceServicer):
    """SourceService v1; see sources.proto."""

    def __init__(self, store: Store, sources: SqlSources) -> None:
        self._store = store
        self._sources = sources

    async def BatchGetSources(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetSourcesRequest, context: Context
    ) -> pb.BatchGetSourcesResponse:
        """Those of the systems that the caller may see."""
        plants = visible_plants(policy.may_watch())
        async with self._store.work():
            found = await self._sources.of(request.systems, plants)
        known = {one.system for one in found}
        return pb.BatchGetSourcesResponse(
            sources=write_sources(found),
            missing=[one for one in dict.fromkeys(request.systems) if one not in known],
        )

    async def ListSources(  # noqa: N802 - named by the proto
        self, request: pb.ListSourcesRequest, context: Context
    ) -> pb.ListSourcesResponse:
        """By system, a page at a time."""
        plants = visible_plants(policy.may_watch())
        page = read_page(request.page, SOURCES)
        async with self._store.work():
            rows = await self._sources.page(plants, page)
        cut = page.cut(rows, lambda one: (one.system,))
        return pb.ListSourcesResponse(sources=write_sources(cut.rows), page=write_page(cut))
