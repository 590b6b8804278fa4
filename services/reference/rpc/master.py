"""ReferenceService: master data are put and looked up in batches, codes resolved."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceServicer

from services.kit.access.policy import visible_plants
from services.kit.commands import once
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.reference import policy
from services.reference.application.approve_codes import approve_codes
from services.reference.application.put_master_data import put_master_data
from services.reference.application.read_state import WAITING
from services.reference.application.resolve_codes import resolve_codes
from services.reference.domain.names import Key
from services.reference.ports import Books, Records
from services.reference.wire import codes
from services.reference.wire.records import read_master_data, write_record

Context = ServicerContext[Any, Any]
ITEMS = Listing("reference.items", (str,))
_MADE = ("plant", "item_no")


class ReferenceServicer(ReferenceServiceServicer):
    """ReferenceService v1; see reference.proto."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def BatchGetItems(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetItemsRequest, context: Context
    ) -> pb.BatchGetItemsResponse:
        """Items by number."""
        policy.may_read()
        found, missing = await self._look(self._books.items, request.item_nos)
        return pb.BatchGetItemsResponse(items=map(write_record, found), missing=missing)

    async def BatchGetPlants(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetPlantsRequest, context: Context
    ) -> pb.BatchGetPlantsResponse:
        """Plants by name."""
        policy.may_read(_places(request.plants, "plants[{}]"))
        found, missing = await self._look(self._books.plants, request.plants)
        return pb.BatchGetPlantsResponse(plants=map(write_record, found), missing=missing)

    async def BatchGetBoms(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetBomsRequest, context: Context
    ) -> pb.BatchGetBomsResponse:
        """All bills of these items, every alternative and revision."""
        policy.may_read(_places((one.plant for one in request.items), "items[{}].plant"))
        async with self._store.work():
            found = await self._books.boms.get(_made(request.items), by=_MADE)
        return pb.BatchGetBomsResponse(boms=map(write_record, found))

    async def BatchGetRoutings(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetRoutingsRequest, context: Context
    ) -> pb.BatchGetRoutingsResponse:
        """All routings of these items, every alternative and revision."""
        policy.may_read(_places((one.plant for one in request.items), "items[{}].plant"))
        async with self._store.work():
            found = await self._books.routings.get(_made(request.items), by=_MADE)
        return pb.BatchGetRoutingsResponse(routings=map(write_record, found))

    async def BatchGetEquipment(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetEquipmentRequest, context: Context
    ) -> pb.BatchGetEquipmentResponse:
        """Equipment by path."""
        plants = (path.partition("/")[0] for path in request.paths)
        policy.may_read(_places(plants, "paths[{}]"))
        found, missing = await self._look(self._books.equipment, request.paths)
        equipment = map(write_record, found)
        return pb.BatchGetEquipmentResponse(equipment=equipment, missing=missing)

    async def BatchGetParties(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetPartiesRequest, context: Context
    ) -> pb.BatchGetPartiesResponse:
        """Parties by id."""
        policy.may_read()
        found, missing = await self._look(self._books.parties, request.party_ids)
        return pb.BatchGetPartiesResponse(parties=map(write_record, found), missing=missing)

    async def ResolveCodes(  # noqa: N802 - named by the proto
        self, request: pb.ResolveCodesRequest, context: Context
    ) -> pb.ResolveCodesResponse:
        """What codes mean; those without a meaning wait for a steward."""
        policy.may_read(_places((one.plant for one in request.codes), "codes[{}].plant"))
        questions, at = codes.read_questions(request), codes.read_moment(request, "at")
        async with self._store.work():
            found, unmapped = await resolve_codes(self._books, questions, at)
        return pb.ResolveCodesResponse(
            mappings=map(codes.write_mapping, found),
            unmapped=map(codes.write_question, unmapped),
        )

    async def ListItems(  # noqa: N802 - named by the proto
        self, request: pb.ListItemsRequest, context: Context
    ) -> pb.ListItemsResponse:
        """All items, a page at a time."""
        policy.may_read()
        page = read_page(request.page, ITEMS)
        place = None if page.after is None else (str(page.after[0]),)
        async with self._store.work():
            rows = await self._books.items.after(place, page.limit)
        cut = page.cut(rows, lambda item: item.key)
        return pb.ListItemsResponse(items=map(write_record, cut.rows), page=write_page(cut))

    async def PutMasterData(  # noqa: N802 - named by the proto
        self, request: pb.PutMasterDataRequest, context: Context
    ) -> pb.PutMasterDataResponse:
        """Create or replace, all or none."""
        principal = policy.may_write(_written(request))
        if request.standard_costs:
            policy.may_price()
        data = read_master_data(request)

        async def put() -> pb.PutMasterDataResponse:
            changed = await put_master_data(self._books, data, steward=principal.subject)
            return pb.PutMasterDataResponse(changed=len(changed))

        key = request.idempotency_key
        return await once(self._store, principal, "PutMasterData", key, request, put)

    async def ListUnmappedCodes(  # noqa: N802 - named by the proto
        self, request: pb.ListUnmappedCodesRequest, context: Context
    ) -> pb.ListUnmappedCodesResponse:
        """What waits for a steward, oldest first."""
        plants = visible_plants(policy.may_read())
        page = read_page(request.page, WAITING)
        async with self._store.work():
            cut = page.cut(await self._books.queue.page(plants, page), lambda row: row[:1])
        unmapped = [codes.write_unmapped(one.unmapped) for _, one in cut.rows]
        return pb.ListUnmappedCodesResponse(codes=unmapped, page=write_page(cut))

    async def ApproveCodes(  # noqa: N802 - named by the proto
        self, request: pb.ApproveCodesRequest, context: Context
    ) -> pb.ApproveCodesResponse:
        """Put drafts of somebody else in force; the answer shows them with their versions."""
        plants = (one.code.plant for one in request.mappings)
        principal = policy.may_write(_places(plants, "mappings[{}].code.plant"))
        mappings = codes.read_mappings(request.mappings, part="mappings")

        async def approve() -> pb.ApproveCodesResponse:
            approved = await approve_codes(self._books, mappings, principal.subject)
            return pb.ApproveCodesResponse(mappings=map(codes.write_mapping, approved))

        key = request.idempotency_key
        return await once(self._store, principal, "ApproveCodes", key, request, approve)

    async def _look(
        self, records: Records[Any], names: Sequence[str]
    ) -> tuple[list[Any], list[str]]:
        keys = {(name,): None for name in names}
        async with self._store.work():
            found = await records.get(keys)
        known = {one.key for one in found}
        return found, [name for (name,) in keys if (name,) not in known]


def _made(items: Iterable[pb.PlantItem]) -> set[Key]:
    return {(one.plant, one.item_no) for one in items}


def _places(plants: Iterable[str], field: str) -> Iterator[policy.Place]:
    return ((plant, field.format(place)) for place, plant in enumerate(plants))


def _written(request: pb.PutMasterDataRequest) -> Iterator[policy.Place]:
    yield from _places(("" for _ in request.items), "items[{}]")
    yield from _places(("" for _ in request.parties), "parties[{}]")
    yield from _places((one.plant for one in request.plants), "plants[{}].plant")
    yield from _places((one.plant for one in request.boms), "boms[{}].plant")
    yield from _places((one.plant for one in request.routings), "routings[{}].plant")
    yield from _places((one.plant for one in request.locations), "locations[{}].plant")
    yield from _places(("" for _ in request.reasons), "reasons[{}]")
    yield from _places((one.plant for one in request.changes), "changes[{}].plant")
    yield from _places(("" for _ in request.lot_conversions), "lot_conversions[{}]")
    yield from _places((one.plant for one in request.standard_costs), "standard_costs[{}].plant")
    paths = (one.path.partition("/")[0] for one in request.equipment)
    yield from _places(paths, "equipment[{}].path")
    mapped = (one.code.plant for one in request.code_mappings)
    yield from _places(mapped, "code_mappings[{}].code.plant")
