"""What the reference subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.clock import ManualClock
from services.kit.ids import EVERYWHERE, GraphId
from services.reference.application.put_master_data import put_master_data
from services.reference.application.report_waiting import Report, report_waiting
from services.reference.domain.code import Document
from services.reference.domain.equipment import Level
from services.reference.domain.master_data import MasterData
from services.reference.graph import SCHEMA
from services.reference.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.reference.conftest import Library
from tests.subgraph import Subgraphed, codes, serving, statements
from tests.unit.reference.examples import (
    LYON,
    NOON,
    amount,
    asked,
    bill,
    change,
    equipment,
    everything,
    item,
    location,
    reason,
)

MACHINE = "id master { path parent level workCenter oeeTarget idealCycle { value unit } }"
JUNE = date(2026, 6, 1)


def machine(path: str, plant: str = "lyon") -> str:
    """Its id."""
    return GraphId("Equipment", plant, path).encode()


@pytest.fixture
async def graph(library: Library) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    ports = {"books": open_books(ManualClock(NOON))}
    async with serving(SCHEMA, library.store, ports, "reference:read") as graph:
        yield graph


async def put(library: Library, data: MasterData) -> None:
    """All of it."""
    async with library.work() as books:
        await put_master_data(books, data, steward="ann")


async def test_stewards_see_what_waits_for_codes(library: Library, graph: Subgraphed) -> None:
    elsewhere = asked("BX", plant="nice")
    documents = [Document(one, "order", "lyon/1", NOON, NOON) for one in (asked("PC"), elsewhere)]
    async with library.work() as books:
        await report_waiting(books, Report("erp", "erp-1", "r-1", documents, last=True))
    query = """{ waitingCodes(first: 5) { edges { node {
      domain system plant code direction owner seen documents first { kind key since }
    } } } }"""
    answer = await graph.ask(query)
    # The reader is of lyon: what waits at nice is not theirs to see.
    assert [edge["node"] for edge in answer["data"]["waitingCodes"]["edges"]] == [
        {
            "domain": "UOM",
            "system": "erp-1",
            "plant": "lyon",
            "code": "PC",
            "direction": "IN",
            "owner": "master-data",
            "seen": 1,
            "documents": 1,
            "first": [{"kind": "order", "key": "lyon/1", "since": NOON.isoformat()}],
        }
    ]


async def test_items_parties_and_plants_are_shown(library: Library, graph: Subgraphed) -> None:
    await put(library, everything())
    await put(library, MasterData(items=[item(net_weight=amount("1"), classes=("metal",))]))
    query = """{
      items(first: 1) { edges { node { itemNo } } pageInfo { hasNextPage endCursor } }
      item(itemNo: "widget") { itemNo type lifecycle baseUnit classes netWeight { value unit } }
      none: item(itemNo: "nut") { itemNo }
      parties { edges { node { partyId role gln plants } } }
      plant(plant: "lyon") { timeZone name }
    }"""
    answer = await graph.ask(query)
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    page = data.pop("items")
    assert (page["edges"], page["pageInfo"]["hasNextPage"]) == (
        [{"node": {"itemNo": "steel"}}],
        True,
    )
    assert data == {
        "item": {
            "itemNo": "widget",
            "type": "FINISHED",
            "lifecycle": "EFFECTIVE",
            "baseUnit": "KGM",
            "classes": ["metal"],
            "netWeight": {"value": "1", "unit": "KGM"},
        },
        "none": None,
        "parties": {
            "edges": [{"node": {"partyId": "mill", "role": "SUPPLIER", "gln": None, "plants": []}}]
        },
        "plant": {"timeZone": "Europe/Paris", "name": "Lyon"},
    }
    after = page["pageInfo"]["endCursor"]
    rest = await graph.ask(f'{{ items(after: "{after}") {{ edges {{ node {{ itemNo }} }} }} }}')
    assert rest["data"]["items"]["edges"] == [{"node": {"itemNo": "widget"}}]


async def test_what_applies_on_a_day_is_one_question(library: Library, graph: Subgraphed) -> None:
    await put(library, everything())
    await put(library, MasterData(boms=[bill(valid_to=JUNE), bill(revision="B", valid_from=JUNE)]))
    ask = """{
      may: effective(plant: "lyon", itemNo: "widget", on: "2026-05-31") { ...Found }
      june: effective(plant: "lyon", itemNo: "widget", on: "2026-06-01") { ...Found }
      none: effective(plant: "lyon", itemNo: "nut", on: "2026-06-01") { revision }
    }
    fragment Found on EffectiveMasterData {
      revision bom { revision validFrom lines { componentItemNo quantity { value } use } }
      routing { revision operations { sequence workCenter dependency } }
    }"""
    data = (await graph.ask(ask))["data"]
    assert [data[one]["bom"]["revision"] for one in ("may", "june")] == ["A", "B"]
    assert data["june"]["bom"]["validFrom"] == "2026-06-01"
    assert data["may"]["bom"]["lines"] == [
        {"componentItemNo": "steel", "quantity": {"value": "120"}, "use": "CONSUMED"}
    ]
    step = {"sequence": 10, "workCenter": "press-1", "dependency": "AFTER_END"}
    assert data["may"]["routing"] == {"revision": "A", "operations": [step]}
    assert data["none"] is None


def named(kind: str, key: str, plant: str = EVERYWHERE) -> str:
    """Its id."""
    return GraphId(kind, plant, key).encode()


async def test_items_and_parties_are_joined_by_id(library: Library, graph: Subgraphed) -> None:
    await put(library, everything())
    ids = [named("Item", "widget"), named("Item", "nut"), named("Item", "widget", "lyon"), "none"]
    with statements() as asked:
        answer = await graph.join("Item", [*ids, named("Item", "steel")], "itemNo")
    assert len(asked) == 1, asked
    known = [{"itemNo": "widget"}, None, None, None, {"itemNo": "steel"}]
    assert answer["data"]["_entities"] == known
    assert codes(answer) == [("bad_id", "id"), ("bad_id", "id")]
    ids = [named("Party", "mill"), named("Party", "nobody"), named("Item", "widget")]
    answer = await graph.join("Party", ids, "partyId name role")
    mill = {"partyId": "mill", "name": "The mill", "role": "SUPPLIER"}
    assert answer["data"]["_entities"] == [mill, None, None]
    assert codes(answer) == [("bad_id", "id")]
    stranger = await graph.join("Party", ids[:1], "name", token=mint(scope="mes:read"))
    assert codes(stranger) == [("scope_required", "")]
    found = await graph.ask('{ party(partyId: "mill") { id } none: party(partyId: "x") { id } }')
    assert found["data"] == {"party": {"id": ids[0]}, "none": None}


async def test_what_changes_an_item_is_seen_where_its_plant_is(
    library: Library, graph: Subgraphed
) -> None:
    await put(library, everything())
    elsewhere = replace(LYON, plant="nice")
    mine, theirs = change(title="lighter"), change(eco_no="eco-2", plant="nice")
    await put(library, MasterData(plants=[elsewhere], changes=[mine, theirs]))
    ids = [named("Item", "widget"), named("Item", "steel")]
    query = "changes { ecoNo title state affected { itemNo toRevision disposition } }"
    with statements() as asked:
        [widget, steel] = await graph.parts("Item", ids, query)
    assert len(asked) == 2, asked  # items, changes
    assert widget["changes"] == [
        {
            "ecoNo": "eco-1",
            "title": "lighter",
            "state": "DRAFT",
            "affected": [{"itemNo": "widget", "toRevision": "B", "disposition": "USE_UP"}],
        }
    ]
    assert steel["changes"] == []


async def test_places_of_a_plant_and_reasons_and_codes_page_by_page(
    library: Library, graph: Subgraphed
) -> None:
    await put(library, everything())
    bins = [location(bin=f"B{n}") for n in range(3)]
    nice = location(plant="nice")
    await put(library, MasterData(plants=[replace(LYON, plant="nice")]))
    await put(library, MasterData(locations=[*bins, nice], reasons=[reason()]))
    query = """query ($after: String) { locations(plant: "lyon", first: 2, after: $after) {
      edges { node { plant bin type } } pageInfo { endCursor hasNextPage } } }"""
    page = (await graph.ask(query))["data"]["locations"]
    assert [edge["node"]["bin"] for edge in page["edges"]] == ["B0", "B1"]
    rest = (await graph.ask(query, after=page["pageInfo"]["endCursor"]))["data"]["locations"]
    assert [edge["node"]["bin"] for edge in rest["edges"]] == ["B2"]
    assert not rest["pageInfo"]["hasNextPage"]
    found = await graph.ask("""{
      reasons { edges { node { domain code category oeeBucket parent } } }
      codes(system: "erp-1", status: DRAFT, first: 1) {
        edges { node { domain code canonical version status } } pageInfo { hasNextPage } }
      none: codes(system: "erp-2") { edges { cursor } }
    }""")
    [told] = found["data"]["reasons"]["edges"]
    assert (told["node"]["domain"], told["node"]["code"]) == reason().key
    code = {"domain": "ITEM", "code": "W-1", "canonical": "widget"}
    assert found["data"]["codes"] == {
        "edges": [{"node": {**code, "version": 1, "status": "DRAFT"}}],
        "pageInfo": {"hasNextPage": True},
    }
    assert found["data"]["none"] == {"edges": []}
    refused = await graph.ask('{ locations(plant: "nice") { edges { cursor } } }')
    assert codes(refused) == [("foreign_plant", "plant")]


async def test_a_machine_has_its_master_data_in_one_statement(
    library: Library, graph: Subgraphed
) -> None:
    halls = [equipment(f"lyon/hall-{n}", Level.AREA, oee_target="0.85") for n in range(20)]
    press = equipment(
        "lyon/hall-1/press", Level.WORK_CENTER, work_center="p-1", ideal_cycle=amount("2", "SEC")
    )
    await put(library, MasterData(plants=everything().plants, equipment=[*halls, press]))
    ids = [machine("lyon/hall-1/press"), machine("lyon/none")]
    with statements() as asked:
        [known, none] = await graph.parts("Equipment", ids, MACHINE)
    few = len(asked)
    assert known["master"] == {
        "path": "lyon/hall-1/press",
        "parent": "lyon/hall-1",
        "level": "WORK_CENTER",
        "workCenter": "p-1",
        "oeeTarget": None,
        "idealCycle": {"value": "2", "unit": "SEC"},
    }
    assert none["master"] is None
    with statements() as asked:
        found = await graph.parts("Equipment", [machine(one.path) for one in halls], MACHINE)
    assert len(asked) == few
    assert {one["master"]["oeeTarget"] for one in found} == {"0.85"}


async def test_foreign_plants_and_strangers_see_nothing(
    library: Library, graph: Subgraphed
) -> None:
    await put(library, everything())
    nice = mint(scope="reference:read", plants=["nice"])
    asked = await graph.ask('{ plant(plant: "lyon") { name } }', token=nice)
    assert codes(asked) == [("foreign_plant", "plant")]
    joined = await graph.join("Equipment", [machine("lyon/hall")], MACHINE, token=nice)
    assert codes(joined) == [("foreign_plant", "id")]
    moved = await graph.join("Equipment", [machine("nice/hall")], MACHINE)
    assert codes(moved) == [("bad_id", "id")]
    stranger = mint(scope="erp:read")
    assert codes(await graph.ask("{ items { edges { cursor } } }", token=stranger)) == [
        ("scope_required", "")
    ]
