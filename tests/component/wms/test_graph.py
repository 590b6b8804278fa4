"""What the WMS subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.kit.clock import SystemClock
from services.kit.ids import EVERYWHERE, GraphId
from services.wms.application.move_stock import move_stock
from services.wms.domain.movement import Movement
from services.wms.graph import SCHEMA
from services.wms.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.wms.warehouse import Warehouse
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
from tests.unit.wms.counting import FIRST, plan, record
from tests.unit.wms.moves import (
    BOX,
    CRATE,
    PALLET,
    issue,
    produce,
    receive,
    release,
    transfer,
)
from tests.unit.wms.packing import pack
from tests.unit.wms.promises import ask as promise
from tests.unit.wms.promises import reserve
from tests.unit.wms.use_cases import build

BALANCE = "itemNo lotNo location status quantity { value unit }"
ORDER = f"id stock {{ {BALANCE} asOf }}"
LOT = f"id balances {{ {BALANCE} }}"


@pytest.fixture
async def graph(warehouse: Warehouse) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    ports = {"books": open_books(SystemClock())}
    async with serving(SCHEMA, warehouse.store, ports, "wms:read") as graph:
        yield graph


async def move(warehouse: Warehouse, *movements: Movement) -> None:
    """All of them."""
    async with warehouse.work() as books:
        await move_stock(books, movements)


def balance(name: str, status: str, amount: str, location: str | None = None) -> dict[str, Any]:
    """As the graph tells it."""
    item_no, lot_no = name.split("/")
    return {
        "itemNo": item_no,
        "lotNo": lot_no or None,
        "location": location,
        "status": status,
        "quantity": {"value": amount, "unit": "KGM"},
    }


async def test_stock_of_an_order_and_of_a_lot_by_status(
    warehouse: Warehouse, graph: Subgraphed
) -> None:
    await move(warehouse, produce("p1"), produce("p2", name="BREAD/B2"), receive("r1"))
    await move(warehouse, release("q1", "4"), transfer("t1", "3"), issue("i1", "7"))
    [order] = await graph.parts("Order", [order_id("4711")], ORDER)
    assert all(one.pop("asOf").endswith("+00:00") for one in order["stock"])
    assert order["stock"] == [
        balance("BREAD/B1", "QUALITY", "6"),
        balance("BREAD/B1", "UNRESTRICTED", "4"),
        balance("BREAD/B2", "QUALITY", "10"),
    ]
    [bread, flour] = await graph.parts("Lot", [lot_id("BREAD/B1"), lot_id("FLOUR/F1")], LOT)
    assert [one["status"] for one in bread["balances"]] == ["QUALITY", "UNRESTRICTED"]
    assert flour["balances"] == [balance("FLOUR/F1", "UNRESTRICTED", "3", "A-01")]


async def test_more_entities_take_no_more_statements(
    warehouse: Warehouse, graph: Subgraphed
) -> None:
    numbers = [str(n) for n in range(30)]
    await move(
        warehouse, *(produce(f"p{n}", name=f"BREAD/B{n}", order_no=f"o{n}") for n in numbers)
    )
    with statements() as asked:
        orders = await graph.parts("Order", [order_id(f"o{n}") for n in numbers], ORDER)
    assert [one["stock"][0]["lotNo"] for one in orders] == [f"B{n}" for n in numbers]
    assert len(asked) == 2, asked  # the lots of the orders, what is left of them
    with statements() as asked:
        lots = await graph.parts("Lot", [lot_id(f"BREAD/B{n}") for n in numbers], LOT)
    assert all(len(one["balances"]) == 1 for one in lots)
    assert len(asked) == 1, asked


async def test_each_id_is_judged_alone(warehouse: Warehouse, graph: Subgraphed) -> None:
    await move(warehouse, produce("p1"))
    ids = [order_id("4711", "nice"), "nonsense", lot_id("BREAD/B1"), order_id("9")]
    answer = await graph.join("Order", ids, ORDER)
    assert answer["data"]["_entities"] == [None, None, None, {"id": order_id("9"), "stock": []}]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]
    ids = [lot_id("BREAD/B1", "nice"), lot_id("BREAD"), order_id("1"), lot_id("NO/ONE")]
    answer = await graph.join("Lot", ids, LOT)
    unknown = {"id": lot_id("NO/ONE"), "balances": []}
    assert answer["data"]["_entities"] == [None, None, None, unknown]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]


async def test_without_the_scope_there_is_nothing(warehouse: Warehouse, graph: Subgraphed) -> None:
    await move(warehouse, produce("p1"))
    token = mint(scope="mes:read")
    for kind, id in (("Order", order_id("4711")), ("Lot", lot_id("BREAD/B1"))):
        answer = await graph.join(kind, [id], "id", token=token)
        assert answer["data"]["_entities"] == [None]
        assert codes(answer) == [("scope_required", "")]


LIST = f"""
query ($plant: String! = "lyon", $item: String, $first: Int! = 50, $after: String) {{
  stock(plant: $plant, itemNo: $item, first: $first, after: $after) {{
    edges {{ node {{ {BALANCE} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


async def test_a_plants_stock_page_by_page(warehouse: Warehouse, graph: Subgraphed) -> None:
    await move(warehouse, produce("p1"), receive("r1"), receive("r2", name="SALT/"))
    read: list[Any] = []
    after, more = None, True
    while more:
        with statements() as asked:
            page = (await graph.ask(LIST, first=2, after=after))["data"]["stock"]
        assert len(asked) == 1, asked
        read += [edge["node"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert read == [
        balance("BREAD/B1", "QUALITY", "10"),
        balance("FLOUR/F1", "UNRESTRICTED", "10"),
        balance("SALT/", "UNRESTRICTED", "10"),
    ]
    [salt] = (await graph.ask(LIST, item="SALT"))["data"]["stock"]["edges"]
    assert salt["node"]["itemNo"] == "SALT"


@WRONG_PAGES
async def test_a_list_is_refused_by_name(
    graph: Subgraphed, wrong: dict[str, Any], refused: tuple[str, str]
) -> None:
    await check_refused(graph, LIST, wrong, refused)


UNIT = f"sscc plant location type parent state deliveryNo contents {{ {BALANCE} lot {{ id }} }}"


async def test_a_unit_by_its_sscc_and_a_page_of_them(
    warehouse: Warehouse, graph: Subgraphed
) -> None:
    await build(warehouse, BOX, CRATE)
    packed = pack("p1", "4", BOX)
    await move(warehouse, receive("r1"), packed)
    ask = f"query ($sscc: String!) {{ handlingUnit(sscc: $sscc) {{ {UNIT} }} }}"
    with statements() as asked:
        found = (await graph.ask(ask, sscc=BOX))["data"]["handlingUnit"]
    assert len(asked) == 2, asked  # the unit, what is in it
    [inside] = found.pop("contents")
    assert inside.pop("lot") == {"id": lot_id("FLOUR/F1")}
    assert inside == balance("FLOUR/F1", "UNRESTRICTED", "4")
    assert found == {
        "sscc": BOX,
        "plant": "lyon",
        "location": None,
        "type": "PX",
        "parent": None,
        "state": "BUILT",
        "deliveryNo": None,
    }
    assert (await graph.ask(ask, sscc=PALLET))["data"] == {"handlingUnit": None}
    stranger = mint(scope="wms:read", plants=["oslo"])
    assert (await graph.ask(ask, token=stranger, sscc=BOX))["data"] == {"handlingUnit": None}
    assert codes(await graph.ask(ask, sscc=BOX[:-1] + "1")) == [("bad_sscc", "sscc")]
    many = 'query { handlingUnits(plant: "lyon", first: 1) { edges { node { sscc } } } }'
    edges = (await graph.ask(many))["data"]["handlingUnits"]["edges"]
    assert edges == [{"node": {"sscc": BOX}}]


PROMISE = "reservationNo orderNo itemNo state quantity { value } parts { lotNo open { value } }"


async def test_promises_of_an_order_and_of_a_plant(warehouse: Warehouse, graph: Subgraphed) -> None:
    await move(warehouse, receive("r1"), receive("r2", name="FLOUR/F2"))
    await reserve(warehouse, promise("R1", "3"), promise("R2", "12", "FLOUR/", order_no="4712"))
    wanted = f"id reservations {{ {PROMISE} }} stock {{ itemNo }}"
    with statements() as asked:
        ids = [order_id(no) for no in ("4711", "4712", "9")]
        orders = await graph.parts("Order", ids, wanted)
    assert len(asked) == 4, asked  # the promises, their parts, the lots of the orders, their stock
    found = [[one["reservationNo"] for one in order["reservations"]] for order in orders]
    assert found == [["R1"], ["R2"], []]
    [second] = orders[1]["reservations"]
    assert [(one["lotNo"], one["open"]["value"]) for one in second["parts"]] == [
        ("F1", "7"),
        ("F2", "5"),
    ]
    listed = await graph.ask(f"""query {{
        reservations(plant: "lyon", orderNo: "4711") {{ edges {{ node {{ {PROMISE} }} }} }}
        stock(plant: "lyon") {{ edges {{ node {{ lotNo reserved {{ value }} owner }} }} }}
    }}""")
    [edge] = listed["data"]["reservations"]["edges"]
    assert (edge["node"]["reservationNo"], edge["node"]["state"]) == ("R1", "OPEN")
    amounts = [one["node"]["reserved"]["value"] for one in listed["data"]["stock"]["edges"]]
    assert amounts == ["10", "5"]


def unit_id(sscc: str, plant: str = EVERYWHERE) -> str:
    """Of a handling unit."""
    return GraphId("HandlingUnit", plant, sscc).encode()


async def test_units_are_joined_by_id_and_lead_from_what_is_in_them(
    warehouse: Warehouse, graph: Subgraphed
) -> None:
    await build(warehouse, BOX, CRATE)
    await move(warehouse, receive("r1"), pack("p1", "4", BOX))
    ids = [unit_id(BOX), unit_id(PALLET), unit_id(BOX, "lyon"), lot_id("BREAD/B1"), unit_id("1")]
    with statements() as asked:
        answer = await graph.join("HandlingUnit", ids, "sscc state contents { lotNo }")
    assert len(asked) == 2, asked  # the units, what is in them
    known, *none = answer["data"]["_entities"]
    assert known == {"sscc": BOX, "state": "BUILT", "contents": [{"lotNo": "F1"}]}
    assert none == [None] * 4
    assert codes(answer) == [("bad_id", "id"), ("bad_id", "id"), ("bad_sscc", "id")]
    stranger = mint(scope="wms:read", plants=["oslo"])
    foreign = await graph.join("HandlingUnit", [unit_id(BOX)], "sscc", token=stranger)
    assert foreign["data"]["_entities"] == [None]
    leads = "balances { item { id } ownerParty { id } handlingUnit packedIn { id state } }"
    [lot] = await graph.parts("Lot", [lot_id("FLOUR/F1")], leads)
    packed, loose = sorted(lot["balances"], key=lambda one: one["packedIn"] is None)
    assert packed["packedIn"] == {"id": unit_id(BOX), "state": "BUILT"}
    assert packed["item"] == {"id": GraphId("Item", EVERYWHERE, "FLOUR").encode()}
    assert (loose["packedIn"], loose["ownerParty"]) == (None, None)


MOVEMENT = """reference type quantity { value } lot { id } order { id } reverses reason
place { status location } to { status location handlingUnit }"""


async def test_movements_and_counts_of_a_plant(warehouse: Warehouse, graph: Subgraphed) -> None:
    await move(warehouse, receive("r1"), transfer("t1", "3"), produce("p1"), release("q1", "4"))
    await plan(warehouse, FIRST)
    assert await record(warehouse, F1="7") == "counted"
    query = f"""query ($first: Int!, $after: String) {{
      movements(plant: "lyon", first: $first, after: $after) {{
        edges {{ node {{ {MOVEMENT} }} }} pageInfo {{ endCursor hasNextPage }} }}
      stockCounts(plant: "lyon") {{ edges {{ node {{ countNo state tolerancePercent
        lines {{ place {{ lotNo }} book {{ value }} difference {{ value }} countedBy }} }} }} }}
    }}"""
    found = (await graph.ask(query, first=2))["data"]
    assert found["movements"]["pageInfo"]["hasNextPage"]
    received, moved = (edge["node"] for edge in found["movements"]["edges"])
    assert (received["type"], received["to"], received["order"]) == ("RECEIPT_PURCHASE", None, None)
    assert (moved["type"], moved["to"]["location"]) == ("TRANSFER_LOCATION", "A-01")
    assert moved["lot"] == {"id": lot_id("FLOUR/F1")}
    after = found["movements"]["pageInfo"]["endCursor"]
    rest = (await graph.ask(query, first=2, after=after))["data"]["movements"]["edges"]
    made, freed = (edge["node"] for edge in rest)
    assert made["order"] == {"id": order_id("4711")}
    assert (freed["place"]["status"], freed["to"]["status"]) == ("QUALITY", "UNRESTRICTED")
    [count] = [edge["node"] for edge in found["stockCounts"]["edges"]]
    line = {"place": {"lotNo": "F1"}, "book": {"value": "7"}, "countedBy": "ann"}
    assert count == {
        "countNo": "C1",
        "state": "COUNTED",
        "tolerancePercent": "5",
        "lines": [{**line, "difference": {"value": "0"}}],
    }
    refused = await graph.ask('{ movements(plant: "nice") { edges { cursor } } }')
    assert codes(refused) == [("foreign_plant", "plant")]
    refused = await graph.ask('{ stockCounts(plant: "nice") { edges { cursor } } }')
    assert codes(refused) == [("foreign_plant", "plant")]
