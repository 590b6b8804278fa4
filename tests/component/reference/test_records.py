"""MasterDataService over its port: what applies, lists, lifecycles, costs, files."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.reference.v1 import master_pb2, records_pb2
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.master_pb2_grpc import MasterDataServiceStub
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.errors import ConflictError, DeniedError, InvalidError
from services.kit.rpc.client import Peer
from services.reference.__main__ import TOPIC
from services.reference.rpc import files
from tests.component.kit.rpc.desk import Given
from tests.component.reference.conftest import SCOPES, Library, token
from tests.component.reference.messages import amount, bom, everything, item, put, routing

ALL = f"{SCOPES} reference:cost"
COST: dict[str, Any] = {"item_no": "widget", "plant": "lyon", "currency": "EUR", "amount": "2.5"}


@pytest.fixture
async def master(library: Library) -> AsyncIterator[MasterDataServiceStub]:
    """Called by somebody who may see costs; lyon makes widgets."""
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
    peer = Peer(f"127.0.0.1:{library.server.port}", Given(token(ALL)))
    yield MasterDataServiceStub(peer.channel)
    await peer.close()


@pytest.fixture
async def reader(library: Library) -> AsyncIterator[MasterDataServiceStub]:
    """Called by somebody who reads in lyon, and nothing else."""
    peer = Peer(f"127.0.0.1:{library.server.port}", Given(token(SCOPES, "lyon")))
    yield MasterDataServiceStub(peer.channel)
    await peer.close()


@pytest.fixture
async def prices(library: Library, master: Any) -> AsyncIterator[Any]:
    """ReferenceService, called by somebody who sets prices."""
    peer = Peer(f"127.0.0.1:{library.server.port}", Given(token(ALL)))
    yield ReferenceServiceStub(peer.channel)
    await peer.close()


async def pieces(content: bytes, *, size: int = 40, **first: Any) -> AsyncIterator[Any]:
    """A file in pieces that end anywhere."""
    yield master_pb2.LoadMasterDataRequest(content=content[:size], **first)
    for start in range(size, len(content), size):
        yield master_pb2.LoadMasterDataRequest(content=content[start : start + size])


async def export(stub: Any, kind: Any) -> bytes:
    """The file."""
    request = master_pb2.ExportMasterDataRequest(kind=kind)
    return b"".join([piece.content async for piece in stub.ExportMasterData(request)])


ITEMS = master_pb2.MASTER_DATA_KIND_ITEMS
FILE = '\ufeffitem_no,base_unit,type,description\r\nnut,H87,raw,"Écrou, 8"\r\nsteel,,,a\r\n'


async def test_a_file_is_rehearsed_and_then_stored(library: Library, master: Any) -> None:
    before = await library.rows()
    content = FILE.replace("steel,,,a", "bolt,H87,raw,").encode()
    dry = await master.LoadMasterData(pieces(content, kind=ITEMS, dry_run=True))
    assert (dry.rows, dry.changed, dry.stored) == (2, 2, False)
    assert await library.rows() == before
    done = await master.LoadMasterData(pieces(content, kind=ITEMS))
    assert (done.rows, done.changed, done.stored) == (2, 2, True)
    again = await master.LoadMasterData(pieces(content, kind=ITEMS))
    assert (again.changed, again.stored) == (0, True)
    told = await library.told()
    assert {"*/item/nut ItemChanged", "*/item/bolt ItemChanged"} <= set(told)
    assert "Écrou, 8" in (await export(master, ITEMS)).decode()


async def test_a_refused_row_is_named_and_nothing_is_stored(library: Library, master: Any) -> None:
    before = await library.rows()
    answer = await master.LoadMasterData(pieces(FILE.encode(), kind=ITEMS))
    [problem] = answer.problems
    assert (problem.row, problem.column, problem.code) == (3, "type", "bad_value")
    assert (answer.changed, answer.stored, answer.problem_count) == (0, False, 1)
    assert problem.hint.startswith("one of raw")
    latin = await master.LoadMasterData(pieces("item_no\r\né".encode("latin-1"), kind=ITEMS))
    assert latin.problems[0].code == "malformed_file"
    assert await library.rows() == before


async def test_every_kind_comes_back_from_its_file(library: Library, master: Any) -> None:
    for kind in range(1, 14):
        content = await export(master, kind)
        answer = await master.LoadMasterData(pieces(content, kind=kind, size=100))
        assert (answer.changed, answer.problem_count, answer.stored) == (0, 0, True), kind
        assert answer.rows == content.count(b"\r\n") - 1


async def test_an_upload_is_guarded_as_any_call(
    library: Library, master: Any, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DeniedError):
        await reader.LoadMasterData(pieces(FILE.encode(), kind=ITEMS))
    with pytest.raises(DeniedError):
        await export(reader, ITEMS)
    with pytest.raises(InvalidError) as refused:
        await master.LoadMasterData(pieces(b"x" * 2_000_000, size=2_000_000, kind=ITEMS))
    assert refused.value.field == "content"
    with pytest.raises(InvalidError) as refused:
        await master.LoadMasterData(pieces(b"x"))
    assert (refused.value.code, refused.value.field) == ("no_file", "kind")
    monkeypatch.setattr(files, "MAX_BYTES", 50)
    with pytest.raises(InvalidError) as refused:
        await master.LoadMasterData(pieces(b"x" * 100, kind=ITEMS))
    assert refused.value.code == "too_large"


async def test_one_look_up_says_what_applies(library: Library, master: Any) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(
            put(
                "k-2",
                boms=[
                    bom(valid_to="2026-06-01"),
                    bom(revision="B", valid_from="2026-06-01"),
                ],
            )
        )
        with pytest.raises(InvalidError) as refused:
            await reference.PutMasterData(put("k-3", boms=[bom(revision="C")]))
    assert (refused.value.code, refused.value.field) == (
        "overlapping_effectivity",
        "boms[0].valid_from",
    )
    made = [
        master_pb2.MadeOn(plant="lyon", item_no="widget", on=day)
        for day in ("2026-05-31", "2026-06-01")
    ]
    answer = await master.BatchGetEffective(master_pb2.BatchGetEffectiveRequest(items=made))
    assert [(one.made.on, one.bom.revision) for one in answer.effective] == [
        ("2026-05-31", ""),
        ("2026-06-01", "B"),
    ]
    assert answer.effective[0].routing == routing(version=1)
    made[0].on = "2026-02-30"
    with pytest.raises(InvalidError) as refused:
        await master.BatchGetEffective(master_pb2.BatchGetEffectiveRequest(items=made))
    assert refused.value.field == "items[0].on"


async def test_costs_are_withheld_from_those_who_may_not_know(
    library: Library, prices: Any, master: Any, reader: Any
) -> None:
    cost = records_pb2.StandardCost(**COST, per=amount("1"))
    async with library.calling() as reference:
        with pytest.raises(DeniedError):
            await reference.PutMasterData(put("c-1", standard_costs=[cost]))
    await prices.PutMasterData(put("c-2", standard_costs=[cost]))
    request = master_pb2.BatchGetStandardCostsRequest(
        items=[pb.PlantItem(plant="lyon", item_no="widget")]
    )
    [seen] = (await master.BatchGetStandardCosts(request)).costs
    assert (seen.amount, seen.currency, seen.withheld) == ("2.5", "EUR", False)
    [hidden] = (await reader.BatchGetStandardCosts(request)).costs
    assert (hidden.amount, hidden.currency, hidden.withheld) == ("", "", True)
    kind = master_pb2.MASTER_DATA_KIND_STANDARD_COSTS
    peer = Peer(f"127.0.0.1:{library.server.port}", Given(token()))
    plain: Any = MasterDataServiceStub(peer.channel)
    [listed] = (await plain.ListMasterData(master_pb2.ListMasterDataRequest(kind=kind))).records
    assert listed.standard_cost.withheld
    with pytest.raises(DeniedError):
        await export(plain, kind)
    await peer.close()
    assert [await costs_in_snapshot(library, scope) for scope in (SCOPES, ALL)] == [0, 1]


async def costs_in_snapshot(library: Library, scope: str) -> int:
    """How many costs a copier with this scope gets."""
    found = 0
    async with library.copying(token(scope)) as snapshots:
        for partition in range(TOPIC.partitions):
            request = SnapshotRequest(topic=TOPIC.name, partition=partition)
            async for part in snapshots.Snapshot(request):
                found += sum("StandardCost" in one.TypeName() for one in part.state)
    return found


async def test_lists_go_page_by_page(library: Library, master: Any) -> None:
    request = master_pb2.ListMasterDataRequest(kind=ITEMS, page=PageRequest(size=1))
    first = await master.ListMasterData(request)
    request.page.cursor = first.page.end_cursor
    second = await master.ListMasterData(request)
    names = [one.item.item_no for answer in (first, second) for one in answer.records]
    assert names == ["steel", "widget"]
    assert (first.page.has_more, second.page.has_more) == (True, False)


async def test_places_reasons_and_lots_are_looked_up(library: Library, master: Any) -> None:
    place = records_pb2.Location(
        plant="lyon", storage_location="main", type=records_pb2.LOCATION_TYPE_STORAGE
    )
    reason = records_pb2.Reason(
        domain="scrap", code="worn", category=records_pb2.REASON_CATEGORY_QUALITY
    )
    by_lot = item("steel")
    by_lot.conversions[0].basis = pb.CONVERSION_BASIS_LOT
    by_lot.conversions[0].tolerance = "0.1"
    given: dict[str, Any] = {"from": "H87", "to": "KGM"}
    measured = records_pb2.LotConversion(
        item_no="steel", lot_no="L-1", numerator=26, denominator=100, **given
    )
    async with library.calling() as reference:
        await reference.PutMasterData(
            put(
                "k-2",
                items=[by_lot],
                locations=[place],
                reasons=[reason],
                lot_conversions=[measured],
            )
        )
    [found] = (
        await master.BatchGetLocations(
            master_pb2.BatchGetLocationsRequest(
                locations=[master_pb2.LocationKey(plant="lyon", storage_location="main")]
            )
        )
    ).locations
    assert found.version == 1
    [worn] = (
        await master.BatchGetReasons(
            master_pb2.BatchGetReasonsRequest(
                reasons=[master_pb2.ReasonKey(domain="scrap", code="worn")]
            )
        )
    ).reasons
    assert worn.oee_bucket == records_pb2.OEE_BUCKET_NONE
    [lot] = (
        await master.BatchGetLotConversions(
            master_pb2.BatchGetLotConversionsRequest(
                lots=[master_pb2.ItemLot(item_no="steel", lot_no="L-1")]
            )
        )
    ).conversions
    assert (lot.numerator, getattr(lot, "from")) == (26, "H87")


async def test_items_and_changes_go_through_their_life(
    library: Library, master: Any, reader: Any
) -> None:
    affected = records_pb2.AffectedItem(
        item_no="widget",
        from_revision="A",
        to_revision="B",
        disposition=records_pb2.STOCK_DISPOSITION_USE_UP,
    )
    async with library.calling() as reference:
        change = records_pb2.EngineeringChange(eco_no="eco-1", plant="lyon", affected=[affected])
        general = records_pb2.EngineeringChange(eco_no="eco-2")
        await reference.PutMasterData(put("k-2", changes=[change, general]))
    step = master_pb2.ChangeStep(eco_no="eco-1", command=records_pb2.CHANGE_COMMAND_SUBMIT)
    request = master_pb2.AdvanceChangesRequest(idempotency_key="a-1", steps=[step])
    [moved] = (await reader.AdvanceChanges(request)).changes
    assert moved.state == records_pb2.CHANGE_STATE_REVIEW
    assert (await reader.AdvanceChanges(request)).changes[0].version == moved.version
    step.eco_no = "eco-2"
    request = master_pb2.AdvanceChangesRequest(idempotency_key="a-2", steps=[step])
    with pytest.raises(DeniedError):
        await reader.AdvanceChanges(request)
    numbers = master_pb2.BatchGetChangesRequest(eco_nos=["eco-1", "eco-2"])
    found = (await reader.BatchGetChanges(numbers)).changes
    assert [one.state for one in found] == [
        records_pb2.CHANGE_STATE_REVIEW,
        records_pb2.CHANGE_STATE_DRAFT,
    ]
    withdraw = master_pb2.ItemStep(item_no="steel", command=pb.ITEM_COMMAND_WITHDRAW)
    steps = master_pb2.AdvanceItemsRequest(idempotency_key="i-1", steps=[withdraw])
    with pytest.raises(DeniedError):
        await reader.AdvanceItems(steps)
    [gone] = (await master.AdvanceItems(steps)).items
    assert gone.lifecycle == pb.ITEM_LIFECYCLE_WITHDRAWN
    steps.idempotency_key = "i-2"
    with pytest.raises(ConflictError) as refused:
        await master.AdvanceItems(steps)
    assert refused.value.code == "wrong_state"
