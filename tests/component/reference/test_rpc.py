"""The service's calls: bad input, repeats, look-ups in one statement, the queue, who may."""

import asyncio
from typing import Any

import pytest
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from services.reference.__main__ import TOPIC
from tests.component.reference.conftest import Library, token
from tests.component.reference.messages import (
    amount,
    approve,
    bom,
    code,
    conversion,
    equipment,
    everything,
    item,
    mapping,
    party,
    plant,
    put,
    resolve,
    routing,
)

MADE = pb.PlantItem(plant="lyon", item_no="widget")


@pytest.mark.parametrize(
    ("parts", "error", "field"),
    [
        (
            {"items": [item()] * 3 + [item("x", base_unit="PCE")]},
            InvalidError,
            "items[3].base_unit",
        ),
        ({"items": [item("x", base_unit="kg")]}, InvalidError, "items[0].base_unit"),
        ({"items": [item("")]}, InvalidError, "items[0].item_no"),
        ({"items": [item("x", type=0)]}, InvalidError, "items[0].type"),
        (
            {"items": [item("x", conversions=[conversion("BX", "KGM")])]},
            InvalidError,
            "items[0].conversions[0].from",
        ),
        (
            {"items": [item("x", conversions=[conversion("H87", "KGM", 1, 0)])]},
            InvalidError,
            "items[0].conversions[0].denominator",
        ),
        (
            {"items": [item("x", conversions=[conversion("H87", "KGM", 1, 3)])]},
            InvalidError,
            "items[0].conversions[1]",
        ),
        ({"items": [item("x"), item("x")]}, InvalidError, "items[1]"),
        ({"items": [item("widget", base_unit="H87")]}, ConflictError, "items[0].base_unit"),
        ({"items": [item("widget", version=7)]}, ConflictError, "items[0].version"),
        ({"plants": [plant("lyon", "Europe/Lyon")]}, InvalidError, "plants[0].time_zone"),
        ({"plants": [plant("ly/on")]}, InvalidError, "plants[0].plant"),
        ({"boms": [bom(plant="nice")]}, NotFoundError, "boms[0].plant"),
        ({"boms": [bom(item_no="nut")]}, NotFoundError, "boms[0].item_no"),
        (
            {"boms": [bom(base_quantity=amount("-1"))]},
            InvalidError,
            "boms[0].base_quantity.value",
        ),
        (
            {"boms": [bom(base_quantity=amount("1", "LTR"))]},
            InvalidError,
            "boms[0].base_quantity.unit",
        ),
        (
            {"boms": [bom(base_quantity=amount("1e3"))]},
            InvalidError,
            "boms[0].base_quantity.value",
        ),
        ({"routings": [routing(item_no="nut")]}, NotFoundError, "routings[0].item_no"),
        ({"equipment": [equipment("lyon/x/y")]}, NotFoundError, "equipment[0].path"),
        ({"equipment": [equipment(level=99)]}, InvalidError, "equipment[0].level"),
        ({"parties": [party("")]}, InvalidError, "parties[0].party_id"),
        ({"code_mappings": [mapping("P", "PCE")]}, InvalidError, "code_mappings[0].canonical"),
        (
            {"code_mappings": [mapping("P", "H87", "nice")]},
            NotFoundError,
            "code_mappings[0].code.plant",
        ),
        (
            {"code_mappings": [pb.CodeMapping(code=code(domain="taste"), canonical="sweet")]},
            InvalidError,
            "code_mappings[0].code.domain",
        ),
        ({"items": [item(f"n-{n}") for n in range(501)]}, InvalidError, "items"),
    ],
)
async def test_bad_input_names_its_field_and_leaves_no_trace(
    library: Library, parts: dict[str, Any], error: type[DomainError], field: str
) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
        before = await library.rows()
        with pytest.raises(error) as refused:
            await reference.PutMasterData(put("k-2", **parts))
    assert refused.value.field == field
    assert await library.rows() == before


async def test_the_same_command_three_times_at_once_is_one(library: Library) -> None:
    async with library.calling() as reference:
        answers = await asyncio.gather(*(reference.PutMasterData(everything()) for _ in range(3)))
        assert [one.changed for one in answers] == [9, 9, 9]
        assert len(await library.told()) == 9
        with pytest.raises(ConflictError) as refused:
            await reference.PutMasterData(put("k-1", items=[item()]))
        assert refused.value.code == "idempotency_conflict"
        # The same content under another key: nothing is new about it.
        assert (await reference.PutMasterData(everything("k-2"))).changed == 0


async def test_writers_at_the_same_time_lose_no_version(library: Library) -> None:
    async with library.calling() as reference:
        await asyncio.gather(
            *(
                reference.PutMasterData(put(f"k-{n}", items=[item(description=f"by {n}")]))
                for n in range(8)
            )
        )
        [stored] = (
            await reference.BatchGetItems(pb.BatchGetItemsRequest(item_nos=["widget"]))
        ).items
    assert stored.version == 8
    history = await library.ask(
        "SELECT old->'version', new->'version', who FROM audit_unsealed ORDER BY id"
    )
    assert history == [(n or None, n + 1, "alice") for n in range(8)]


async def test_everything_is_looked_up_in_batches(library: Library) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
        items = await reference.BatchGetItems(
            pb.BatchGetItemsRequest(item_nos=["widget", "nut", "steel", "widget"])
        )
        assert ([one.item_no for one in items.items], list(items.missing)) == (
            ["steel", "widget"],
            ["nut"],
        )
        assert items.items[1] == item(version=1)
        plants = await reference.BatchGetPlants(pb.BatchGetPlantsRequest(plants=["lyon", "x"]))
        assert (plants.plants[0].time_zone, list(plants.missing)) == ("Europe/Paris", ["x"])
        boms = await reference.BatchGetBoms(pb.BatchGetBomsRequest(items=[MADE]))
        assert list(boms.boms) == [bom(version=1)]
        routings = await reference.BatchGetRoutings(pb.BatchGetRoutingsRequest(items=[MADE]))
        assert list(routings.routings) == [routing(version=1)]
        halls = await reference.BatchGetEquipment(
            pb.BatchGetEquipmentRequest(paths=["lyon/hall", "lyon/attic"])
        )
        assert (halls.equipment[0].level, list(halls.missing)) == (
            pb.EQUIPMENT_LEVEL_AREA,
            ["lyon/attic"],
        )
        parties = await reference.BatchGetParties(pb.BatchGetPartiesRequest(party_ids=["mill"]))
        assert parties.parties[0].role == pb.PARTY_ROLE_SUPPLIER


async def test_items_are_listed_in_pages(library: Library) -> None:
    numbers = [f"n-{n}" for n in range(5)]
    async with library.calling() as reference:
        await reference.PutMasterData(put(items=[item(one) for one in numbers]))
        found, cursor, more = [], "", True
        while more:
            page = PageRequest(size=2, cursor=cursor)
            answer = await reference.ListItems(pb.ListItemsRequest(page=page))
            found += [one.item_no for one in answer.items]
            cursor, more = answer.page.end_cursor, answer.page.has_more
    assert found == numbers


@pytest.mark.parametrize(
    ("minted", "error"),
    [
        (token("reference:read"), DeniedError),
        (token("reference:read reference:write", "lyon"), DeniedError),
        (token() + "x", UnauthenticatedError),
    ],
)
async def test_who_may_not_changes_nothing(
    library: Library, minted: str, error: type[DomainError]
) -> None:
    before = await library.rows()
    async with library.calling(minted) as reference:
        with pytest.raises(error):
            await reference.PutMasterData(everything())
        with pytest.raises(error):
            await reference.ApproveCodes(approve(mapping()))
    assert await library.rows() == before


async def test_a_plant_keeps_its_own_and_not_its_neighbours(library: Library) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
        await reference.PutMasterData(put("k-2", plants=[plant("nice")]))
        await reference.ResolveCodes(resolve(code("BX", "lyon"), code("BX", "nice")))
    async with library.calling(token("reference:read reference:write", "nice")) as nice:
        await nice.PutMasterData(put("n-1", equipment=[equipment("nice/hall")]))
        await nice.PutMasterData(put("n-0", code_mappings=[mapping("BX", "H87", "nice")]))
        [waiting] = (await nice.ListUnmappedCodes(pb.ListUnmappedCodesRequest())).codes
        assert waiting.code.plant == "nice"
        for refused, field in (
            (nice.PutMasterData(put("n-2", boms=[bom()])), "boms[0].plant"),
            (nice.PutMasterData(put("n-3", equipment=[equipment()])), "equipment[0].path"),
            (nice.PutMasterData(put("n-4", items=[item()])), "items[0]"),
            (nice.ApproveCodes(approve(mapping(), key="n-5")), "mappings[0].code.plant"),
            (nice.BatchGetBoms(pb.BatchGetBomsRequest(items=[MADE])), "items[0].plant"),
            (nice.ResolveCodes(resolve(code("BX", "lyon"))), "codes[0].plant"),
        ):
            with pytest.raises(DeniedError) as denied:
                await refused
            assert denied.value.field == field


async def test_a_snapshot_is_the_state_behind_the_topic(library: Library) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
        await reference.ResolveCodes(resolve(code("BX", "lyon")))
    types, position = [], 0
    async with library.copying(token("reference:read")) as snapshots:
        for partition in range(TOPIC.partitions):
            request = SnapshotRequest(topic=TOPIC.name, partition=partition)
            async for part in snapshots.Snapshot(request):
                types += [one.TypeName().rpartition(".")[2] for one in part.state]
            position += part.position.n
    assert sorted(types) == sorted(one.rpartition(" ")[2] for one in await library.told())
    assert position == len(types) == 10
    async with library.copying(token("reference:read", "lyon")) as snapshots:
        with pytest.raises(DeniedError):
            async for _ in snapshots.Snapshot(SnapshotRequest(topic=TOPIC.name, partition=0)):
                pass
