"""What the MES subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.kit.clock import SystemClock
from services.mes.domain.look import Job
from services.mes.graph import SCHEMA
from services.mes.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.mes.floor import Floor
from tests.subgraph import (
    WRONG_PAGES,
    Subgraphed,
    check_refused,
    codes,
    lot_id,
    order_id,
    serving,
    statements,
)
from tests.unit.mes.looks import PRESS, good, look, scrap
from tests.unit.mes.reports import plan, report
from tests.unit.mes.use_cases import confirm, create
from tests.unit.mes.use_cases.counting import count
from tests.unit.mes.use_cases.reversals import back, reverse

ORDER = """
id
execution {
  lifecycle confirmation delivery
  ordered { value unit } produced { value unit } scrapped { value } rework { value }
  operations { sequence segment workCenter ended control output { value } } lastConfirmationNo
}
lots { id identity { itemNo lotNo } }
confirmations(first: 2) {
  confirmationNo operation state reverses reversedBy reason output { value unit } lotNo operator
  consumed { itemNo lotNo quantity { value } backflushed } returned { itemNo }
  labourTime { value unit } startedAt final asOf
}
"""
OPERATION = {
    "segment": "bake",
    "workCenter": "OVEN",
    "ended": False,
    "control": "UNSPECIFIED",
}
LOT = """
id
identity { plant itemNo lotNo order { id } produced { value unit } producedAt asOf }
madeOf { lot { id } order { id } quantity { value unit } }
usedIn { lot { id } order { id } quantity { value unit } }
back: trace(direction: BACKWARD) { total lots { id } }
ahead: trace(direction: FORWARD, first: 1) { total lots { id } }
"""


@pytest.fixture
async def graph(floor: Floor) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    ports = {"books": open_books(SystemClock())}
    async with serving(SCHEMA, floor.store, ports, "mes:read") as graph:
        yield graph


async def bake(floor: Floor, *order_nos: str) -> None:
    """Each order makes bread of flour F<n>, which its toast order uses up."""
    await create(floor, *(plan(n) for n in order_nos))
    await create(floor, *(plan(f"t{n}", item_no="TOAST") for n in order_nos))
    for number in order_nos:
        bread, flour = f"L{number}", (f"FLOUR/F{number}", "5")
        await confirm(
            floor, report(f"c{number}", order_no=number, lot=bread, scrap="1", consumed=(flour,))
        )
        used = (f"BREAD/{bread}", "4")
        toast = report(f"t{number}", order_no=f"t{number}", lot=f"T{number}", consumed=(used,))
        await confirm(floor, toast)


async def test_an_order_in_execution(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1")
    [found] = await graph.parts("Order", [order_id("1")], ORDER)
    assert found["execution"] == {
        "lifecycle": "RUNNING",
        "confirmation": "PARTIAL",
        "delivery": "PARTIAL",
        "ordered": {"value": "100", "unit": "KGM"},
        "produced": {"value": "10", "unit": "KGM"},
        "scrapped": {"value": "1"},
        "rework": {"value": "0"},
        "operations": [
            {**OPERATION, "sequence": 10, "output": {"value": "0"}},
            {**OPERATION, "sequence": 20, "output": {"value": "10"}},
        ],
        "lastConfirmationNo": 1,
    }
    assert found["lots"] == [
        {"id": lot_id("BREAD/L1"), "identity": {"itemNo": "BREAD", "lotNo": "L1"}}
    ]


async def test_what_was_reported_and_taken_back(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1")
    await confirm(floor, report("final", "3", order_no="1", lot="L1", final=True))
    await reverse(floor, back(2, order_no="1"))
    [found] = await graph.parts("Order", [order_id("1")], ORDER)
    third, second = found["confirmations"]
    assert (third["confirmationNo"], third["reverses"], third["reason"]) == (3, 2, "miscounted")
    assert third["output"] == {"value": "-3", "unit": "KGM"}
    assert (second["state"], second["reversedBy"], second["final"]) == ("REVERSED", 3, True)
    assert found["execution"]["confirmation"] == "PARTIAL"


async def test_a_lot_and_its_genealogy(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1")
    [bread, flour] = await graph.parts("Lot", [lot_id("BREAD/L1"), lot_id("FLOUR/F1")], LOT)
    assert bread["identity"].pop("producedAt")
    assert bread["identity"].pop("asOf")
    assert bread["identity"] == {
        "plant": "lyon",
        "itemNo": "BREAD",
        "lotNo": "L1",
        "order": {"id": order_id("1")},
        "produced": {"value": "10", "unit": "KGM"},
    }
    assert bread["madeOf"] == [
        {
            "lot": {"id": lot_id("FLOUR/F1")},
            "order": {"id": order_id("1")},
            "quantity": {"value": "5", "unit": "KGM"},
        }
    ]
    assert [use["lot"]["id"] for use in bread["usedIn"]] == [lot_id("TOAST/T1")]
    assert bread["back"] == {"total": 1, "lots": [{"id": lot_id("FLOUR/F1")}]}
    assert flour["identity"]["order"] is None
    assert flour["identity"]["produced"] is None
    assert flour["madeOf"] == []
    assert flour["ahead"] == {"total": 2, "lots": [{"id": lot_id("BREAD/L1")}]}


async def test_more_entities_take_no_more_statements(floor: Floor, graph: Subgraphed) -> None:
    numbers = [str(n) for n in range(12)]
    await bake(floor, *numbers)
    orders = [order_id(number) for number in numbers]
    lots = [lot_id(f"BREAD/L{number}") for number in numbers]
    costs = []
    for size in (1, 12):
        with statements() as asked:
            found = await graph.parts("Order", orders[:size], ORDER)
        assert [len(one["lots"]) for one in found] == [1] * size
        costs.append(len(asked))
        with statements() as asked:
            found = await graph.parts("Lot", lots[:size], LOT)
        assert [one["back"]["total"] for one in found] == [1] * size
        costs.append(len(asked))
    # execution: orders, operations, components; lots: made, lots, holds; identity: lots, holds;
    # confirmations, scrap, material
    assert costs[0] == costs[2] == 11
    # identity 2, madeOf 1, usedIn 1, each trace 3: reached, steps, lots
    assert costs[1] == costs[3] == 10


async def test_each_id_is_judged_alone(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1")
    ids = [order_id("1", "nice"), "nonsense", lot_id("BREAD/L1"), order_id("9")]
    answer = await graph.join("Order", ids, "execution { lifecycle } lots { id }")
    assert answer["data"]["_entities"] == [None, None, None, {"execution": None, "lots": []}]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]
    ids = [lot_id("BREAD/L1", "nice"), lot_id("BREAD"), order_id("1"), lot_id("NO/ONE")]
    answer = await graph.join("Lot", ids, LOT)
    unknown = answer["data"]["_entities"].pop()
    assert answer["data"]["_entities"] == [None, None, None]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]
    assert unknown == {
        "id": lot_id("NO/ONE"),
        "identity": None,
        "madeOf": [],
        "usedIn": [],
        "back": None,
        "ahead": None,
    }


async def test_without_the_scope_there_is_nothing(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1")
    token = mint(scope="erp:read")
    answer = await graph.join("Lot", [lot_id("BREAD/L1")], "identity { lotNo }", token=token)
    assert answer["data"]["_entities"] == [None]
    assert codes(answer) == [("scope_required", "")]
    answer = await graph.join("Order", [order_id("1")], "execution { lifecycle }", token=token)
    assert answer["data"]["_entities"] == [None]
    assert codes(answer) == [("scope_required", "")]


LIST = """
query ($plant: String! = "lyon", $first: Int! = 50, $after: String, $trace: Int! = 1) {
  lots(plant: $plant, first: $first, after: $after) {
    edges { node { identity { lotNo } trace(direction: FORWARD, first: $trace) { total } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_a_plants_lots_page_by_page(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1", "2")
    read: list[str] = []
    after, more = None, True
    while more:
        page = (await graph.ask(LIST, first=4, after=after))["data"]["lots"]
        read += [edge["node"]["identity"]["lotNo"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert read == ["L1", "L2", "F1", "F2", "T1", "T2"]


@WRONG_PAGES
async def test_a_list_is_refused_by_name(
    graph: Subgraphed, wrong: dict[str, Any], refused: tuple[str, str]
) -> None:
    await check_refused(graph, LIST, wrong, refused)


async def test_a_trace_is_capped_too(floor: Floor, graph: Subgraphed) -> None:
    await bake(floor, "1")
    answer = await graph.ask(LIST, first=1, trace=201)
    assert answer["data"]["lots"]["edges"][0]["node"]["trace"] is None
    assert codes(answer) == [("page_size", "first")]


UNCOUNTED = """query ($plant: String! = "lyon", $first: Int! = 50, $after: String) {
  uncounted(plant: $plant, first: $first, after: $after) {
    edges { node { equipment counter kind quantity { value } order { id } lotNo code } }
    pageInfo { endCursor hasNextPage } } }"""


async def test_what_nobody_could_book_tells_why_an_order_lags(
    floor: Floor, graph: Subgraphed
) -> None:
    await create(floor, plan())
    await count(floor, look(1, good("7")), look(2, good("9"), scrap("1"), job=Job("", "")))
    answer = await graph.ask(UNCOUNTED, first=2)
    press = {"equipment": PRESS, "lotNo": "L1", "order": {"id": order_id("4711")}}
    idle = {"equipment": PRESS, "lotNo": "", "order": None, "code": "no_job"}
    assert [edge["node"] for edge in answer["data"]["uncounted"]["edges"]] == [
        {
            **press,
            "counter": "good",
            "kind": "GOOD",
            "quantity": {"value": "7"},
            "code": "unknown_start",
        },
        {**idle, "counter": "good", "kind": "GOOD", "quantity": {"value": "2"}},
    ]
    after = answer["data"]["uncounted"]["pageInfo"]["endCursor"]
    rest = (await graph.ask(UNCOUNTED, after=after))["data"]["uncounted"]
    assert [edge["node"]["counter"] for edge in rest["edges"]] == ["scrap"]
    assert not rest["pageInfo"]["hasNextPage"]
    refused = await graph.ask(UNCOUNTED, plant="nice")
    assert codes(refused) == [("foreign_plant", "plant")]
