"""One graph over several services, asked for by id."""

import asyncio

import pytest
from graphql import ObjectTypeDefinitionNode, parse

from services.kit.ids import EVERYWHERE, GraphId
from tests.web.rig import LOT, ORDER, PAGE, Answer, Gateway, Web
from tools.mesh.gateway import FOLDER

pytestmark = pytest.mark.flow

SHIPMENT = GraphId("Shipment", "lyon", "S-1").encode()
PRESS = GraphId("Equipment", "lyon", "lyon/hall-1/press-1").encode()
NOBODY = GraphId("Order", "lyon", "nobody").encode()


async def test_an_order_is_put_together_from_every_service(gateway: Gateway) -> None:
    answer = await gateway.ask(PAGE, id=ORDER)
    lots = [(GraphId("Lot", "lyon", code).encode(), code) for code in ("4711/0", "4711/1")]
    assert answer.status == 200
    assert answer.body == {
        "data": {
            "order": {
                "id": ORDER,
                "commercial": {"number": "4711"},
                "execution": {"state": "RUNNING"},
                "lots": [{"id": lot, "code": code, "balance": 50} for lot, code in lots],
                "stock": 7,
            }
        }
    }


async def test_lots_and_shipments_are_found_by_id_too(gateway: Gateway) -> None:
    query = "query($l: ID!, $s: ID!) { lot(id: $l) { code balance } shipment(id: $s) { carrier } }"
    answer = await gateway.ask(query, l=LOT, s=SHIPMENT)
    assert answer.body == {
        "data": {"lot": {"code": "4711/0", "balance": 50}, "shipment": {"carrier": "rail"}}
    }


async def test_a_machine_is_found_by_an_id_whose_key_is_a_path(gateway: Gateway) -> None:
    query = """query($e: ID!, $o: ID!) {
      equipment(id: $e) { id } node(id: $e) { __typename id } wrong: equipment(id: $o) { id }
    }"""
    answer = await gateway.ask(query, e=PRESS, o=ORDER)
    assert answer.data == {
        "equipment": {"id": PRESS},
        "node": {"__typename": "Equipment", "id": PRESS},
        "wrong": None,
    }
    assert answer.codes == {"BAD_ID"}


NODES = [
    found.name.value
    for found in parse((FOLDER / "subgraphs" / "ids.graphql").read_text()).definitions
    if isinstance(found, ObjectTypeDefinitionNode) and found.interfaces
]


@pytest.mark.parametrize("kind", NODES)
async def test_whatever_has_an_id_is_a_node(gateway: Gateway, kind: str) -> None:
    id = GraphId(kind, EVERYWHERE, "A/B c").encode()
    answer = await gateway.ask("query($id: ID!) { node(id: $id) { __typename id } }", id=id)
    assert answer.body == {"data": {"node": {"__typename": kind, "id": id}}}


NUMBERS = {
    "productionOrder": ("Order", "orderNo"),
    "salesOrder": ("SalesOrder", "orderNo"),
    "purchaseOrder": ("PurchaseOrder", "poNo"),
}


@pytest.mark.parametrize("root", NUMBERS)
@pytest.mark.parametrize("number", ["4711", "A/B c", "ä€𝄞"])
async def test_an_order_is_found_by_its_number(gateway: Gateway, root: str, number: str) -> None:
    kind, name = NUMBERS[root]
    query = f"query($p: String!, $n: String!) {{ {root}(plant: $p, {name}: $n) {{ id }} }}"
    answer = await gateway.ask(query, p="lyon", n=number)
    assert answer.body == {"data": {root: {"id": GraphId(kind, "lyon", number).encode()}}}
    for given, field in (({"p": "", "n": number}, "plant"), ({"p": "lyon", "n": "1\n2"}, name)):
        refused = await gateway.ask(query, **given)
        assert refused.data == {root: None}
        [error] = refused.body["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_ID", field)


async def test_an_order_found_by_its_number_has_its_parts(gateway: Gateway) -> None:
    query = """{ productionOrder(plant: "lyon", orderNo: "4711") {
      commercial { number } execution { state } lots { balance } } }"""
    answer = await gateway.ask(query)
    assert answer.body == {
        "data": {
            "productionOrder": {
                "commercial": {"number": "4711"},
                "execution": {"state": "RUNNING"},
                "lots": [{"balance": 50}, {"balance": 50}],
            }
        }
    }


async def test_a_node_is_what_its_id_says(gateway: Gateway) -> None:
    query = """query($o: ID!, $l: ID!) {
      order: node(id: $o) { __typename ...any }
      lot: node(id: $l) { __typename ...any }
    }
    fragment any on Node { id ... on Order { stock execution { state } } ... on Lot { balance } }"""
    answer = await gateway.ask(query, o=ORDER, l=LOT)
    assert answer.body == {
        "data": {
            "order": {
                "__typename": "Order",
                "id": ORDER,
                "stock": 7,
                "execution": {"state": "RUNNING"},
            },
            "lot": {"__typename": "Lot", "id": LOT, "balance": 50},
        }
    }


@pytest.mark.parametrize(
    "id",
    [
        LOT,
        "",
        "4711",
        ORDER + "=",
        "ä" * 40,
        GraphId("Invoice", "lyon", "4711").encode(),
        GraphId("Order", "lyon", "9" * 600).encode(),
    ],
)
async def test_a_wrong_id_is_null_and_says_so_and_the_rest_is_answered(
    gateway: Gateway, id: str
) -> None:
    query = "query($a: ID!, $b: ID!) { wrong: order(id: $a) { id } right: order(id: $b) { stock } }"
    answer = await gateway.ask(query, a=id, b=ORDER)
    assert answer.status == 200
    assert answer.data == {"wrong": None, "right": {"stock": 7}}
    (error,) = answer.body["errors"]
    assert error["path"] == ["wrong"]
    assert error["extensions"]["code"] == "BAD_ID"


@pytest.mark.parametrize("key", ["4711", "A/B c", "ä€𝄞", "x" * 300, " "])
async def test_ids_are_read_as_the_services_write_them(gateway: Gateway, key: str) -> None:
    id = GraphId("Order", "lyon", key).encode()
    answer = await gateway.ask(
        "query($id: ID!) { order(id: $id) { commercial { number } } }", id=id
    )
    assert answer.body == {"data": {"order": {"commercial": {"number": key}}}}


async def test_what_nobody_knows_has_parts_that_are_null(gateway: Gateway) -> None:
    query = "query($id: ID!) { order(id: $id) { id commercial { number } stock } }"
    answer = await gateway.ask(query, id=NOBODY)
    assert answer.body == {"data": {"order": {"id": NOBODY, "commercial": None, "stock": 7}}}


async def test_a_level_costs_one_call_a_service_and_one_load_a_field(
    web: Web, gateway: Gateway
) -> None:
    query = """{ orders(first: 10) {
      id commercial { number } execution { state } stock lots(first: 5) { code balance }
    } }"""
    answer = await gateway.ask(query)
    assert len([lot for order in answer.data["orders"] for lot in order["lots"]]) == 50
    seen = {name: await web.tell(name, "seen") for name in web.subgraphs}
    # wms is asked twice: for the stock of orders, and, a level below, for the balance of lots.
    assert {name: len(each["headers"]) for name, each in seen.items()} == {
        "erp": 1,
        "mes": 1,
        "wms": 2,
    }
    loads = {(name, what): len(ids) for name, each in seen.items() for what, ids in each["batches"]}
    assert loads == {
        ("erp", "commercial"): 10,
        ("mes", "orders"): 10,
        ("mes", "execution"): 10,
        ("mes", "order lots"): 10,
        ("mes", "code"): 50,
        ("wms", "orders"): 10,
        ("wms", "stock"): 10,
        ("wms", "lots"): 50,
        ("wms", "balance"): 50,
    }
    assert sum(len(each["batches"]) for each in seen.values()) == len(loads)


async def test_two_at_once_each_ask_for_themselves(web: Web, gateway: Gateway) -> None:
    """In-flight calls are not shared: one that hangs would take the other with it."""
    await web.tell("mes", "mode/slow")
    one, two = await both(gateway, "query($id: ID!) { order(id: $id) { execution { state } } }")
    assert len((await web.tell("mes", "seen"))["headers"]) == 2
    assert one.codes == two.codes == {"SUBGRAPH_TIMEOUT"}


async def both(gateway: Gateway, query: str) -> tuple[Answer, Answer]:
    return await asyncio.gather(gateway.ask(query, id=ORDER), gateway.ask(query, id=ORDER))


async def test_the_trace_of_the_client_reaches_the_services(web: Web, gateway: Gateway) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    body = {"query": PAGE, "variables": {"id": ORDER}}
    await gateway.post(body, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    for name in web.subgraphs:
        (headers, *_) = (await web.tell(name, "seen"))["headers"]
        assert headers["traceparent"].split("-")[1] == trace
        assert headers["authorization"] == f"Bearer {gateway.token}"
