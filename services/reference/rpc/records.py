"""MasterDataService: what applies on a day, every kind in pages, lifecycles, files."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.reference.v1 import master_pb2 as pb
from plantmesh.reference.v1.master_pb2_grpc import MasterDataServiceServicer

from services.kit.access.policy import visible_plants
from services.kit.audit import told_by
from services.kit.commands import once
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.reference import policy
from services.reference.application.advance import advance_changes, advance_items
from services.reference.application.find_effective import find_effective
from services.reference.domain.master_data import PARTS
from services.reference.ports import Books
from services.reference.rpc import files
from services.reference.wire import master as wire
from services.reference.wire.records import write_cost, write_record

Context = ServicerContext[Any, Any]
LISTS = {
    part: Listing(f"reference.list.{part}", (str,) * len(key)) for part, (_, key) in PARTS.items()
}


class MasterDataServicer(MasterDataServiceServicer):
    """MasterDataService v1; see master.proto."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def BatchGetEffective(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetEffectiveRequest, context: Context
    ) -> pb.BatchGetEffectiveResponse:
        """What applies on a day."""
        policy.may_read(_placed(request.items, "items"))
        wanted = wire.read_made(request)
        async with self._store.work():
            found = await find_effective(self._books, wanted)
        return pb.BatchGetEffectiveResponse(effective=map(wire.write_effective, found))

    async def BatchGetLocations(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetLocationsRequest, context: Context
    ) -> pb.BatchGetLocationsResponse:
        """Locations by key."""
        policy.may_read(_placed(request.locations, "locations"))
        keys = {(one.plant, one.storage_location, one.bin) for one in request.locations}
        async with self._store.work():
            found = await self._books.locations.get(keys)
        return pb.BatchGetLocationsResponse(locations=map(write_record, found))

    async def BatchGetReasons(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetReasonsRequest, context: Context
    ) -> pb.BatchGetReasonsResponse:
        """Reasons by key."""
        policy.may_read()
        keys = {(one.domain, one.code) for one in request.reasons}
        async with self._store.work():
            found = await self._books.reasons.get(keys)
        return pb.BatchGetReasonsResponse(reasons=map(write_record, found))

    async def BatchGetChanges(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetChangesRequest, context: Context
    ) -> pb.BatchGetChangesResponse:
        """Engineering changes by number, of plants that the caller may see."""
        plants = visible_plants(policy.may_read())
        async with self._store.work():
            found = await self._books.changes.get({(one,) for one in request.eco_nos})
        seen = [one for one in found if plants is None or one.plant in {"", *plants}]
        return pb.BatchGetChangesResponse(changes=map(write_record, seen))

    async def BatchGetLotConversions(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetLotConversionsRequest, context: Context
    ) -> pb.BatchGetLotConversionsResponse:
        """All of these lots."""
        policy.may_read()
        keys = {(one.item_no, one.lot_no) for one in request.lots}
        async with self._store.work():
            found = await self._books.lot_conversions.get(keys, by=("item_no", "lot_no"))
        return pb.BatchGetLotConversionsResponse(conversions=map(write_record, found))

    async def BatchGetStandardCosts(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetStandardCostsRequest, context: Context
    ) -> pb.BatchGetStandardCostsResponse:
        """All of these items, withheld from those who may not know."""
        policy.may_read(_placed(request.items, "items"))
        withheld = not policy.may_see_costs()
        keys = {(one.item_no, one.plant) for one in request.items}
        async with self._store.work():
            found = await self._books.standard_costs.get(keys, by=("item_no", "plant"))
        costs = [write_cost(one, withheld=withheld) for one in found]
        return pb.BatchGetStandardCostsResponse(costs=costs)

    async def ListMasterData(  # noqa: N802 - named by the proto
        self, request: pb.ListMasterDataRequest, context: Context
    ) -> pb.ListMasterDataResponse:
        """A kind, a page at a time; only who sees every plant sees what is of all of them."""
        policy.may_copy()
        part = wire.KINDS[request.kind]
        page = read_page(request.page, LISTS[part])
        place = None if page.after is None else tuple(map(str, page.after))
        async with self._store.work():
            rows = await getattr(self._books, part).after(place, page.limit)
        cut = page.cut(rows, lambda record: record.key)
        withheld = not policy.may_see_costs()
        records = wire.write_records(part, cut.rows, withheld=withheld)
        return pb.ListMasterDataResponse(records=records, page=write_page(cut))

    async def AdvanceItems(  # noqa: N802 - named by the proto
        self, request: pb.AdvanceItemsRequest, context: Context
    ) -> pb.AdvanceItemsResponse:
        """Items belong to every plant."""
        named = (("", f"steps[{place}]") for place, _ in enumerate(request.steps))
        principal = policy.may_write(named)
        steps = wire.read_item_steps(request)

        async def advance() -> pb.AdvanceItemsResponse:
            items = await advance_items(self._books, steps)
            return pb.AdvanceItemsResponse(items=map(write_record, items))

        key = request.idempotency_key
        return await once(self._store, principal, "AdvanceItems", key, request, advance)

    async def AdvanceChanges(  # noqa: N802 - named by the proto
        self, request: pb.AdvanceChangesRequest, context: Context
    ) -> pb.AdvanceChangesResponse:
        """By whoever may write in the plant of each."""
        principal = policy.may_write(())
        steps = wire.read_change_steps(request)

        async def advance() -> pb.AdvanceChangesResponse:
            changes = await advance_changes(self._books, steps)
            policy.may_write(_placed(changes, "steps"))
            return pb.AdvanceChangesResponse(changes=map(write_record, changes))

        key = request.idempotency_key
        return await once(self._store, principal, "AdvanceChanges", key, request, advance)

    async def LoadMasterData(  # noqa: N802 - named by the proto
        self, request_iterator: AsyncIterator[pb.LoadMasterDataRequest], context: Context
    ) -> pb.LoadMasterDataResponse:
        """By whoever may write for every plant."""
        principal = policy.may_write([("", "kind")])
        with files.spooled() as file:
            first = await files.receive(request_iterator, file)
            table = files.table_of(first.kind, "kind")
            if first.kind == pb.MASTER_DATA_KIND_STANDARD_COSTS:
                policy.may_price()
            with told_by(first.DESCRIPTOR.full_name):
                return await files.load(
                    self._store,
                    self._books,
                    table,
                    file,
                    dry_run=first.dry_run,
                    steward=principal.subject,
                )

    async def ExportMasterData(  # noqa: N802 - named by the proto
        self, request: pb.ExportMasterDataRequest, context: Context
    ) -> AsyncIterator[pb.ExportMasterDataResponse]:
        """To whoever may read of every plant; costs only to those who may know them."""
        policy.may_copy()
        if request.kind == pb.MASTER_DATA_KIND_STANDARD_COSTS:
            policy.may_price()
        table = files.table_of(request.kind, "kind")
        async for piece in files.export(self._store, self._books, table):
            yield pb.ExportMasterDataResponse(content=piece)


def _placed(records: Iterable[Any], part: str) -> Iterable[policy.Place]:
    return ((one.plant, f"{part}[{place}].plant") for place, one in enumerate(records))
