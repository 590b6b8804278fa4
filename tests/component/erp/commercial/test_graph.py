"""Sales and purchase orders in the graph, and how many statements that takes."""

from collections.abc import AsyncIterator

import pytest

from services.erp.domain.keys import Trade
from services.erp.domain.order import SalesLine
from services.erp.graph import SCHEMA
from services.erp.store import sql_books
from services.kit.ids import GraphId
from services.kit.store import Store
from tests.component.erp.commercial.orders import take
from tests.component.erp.conftest import (
    keep,
)
from tests.component.kit.rpc.desk import mint
from tests.subgraph import Subgraphed, codes, lot_id, order_id, serving, statements
from tests.unit.erp.memory import order as production
from tests.unit.erp.memory_commercial import line

PARTS = """
id
commercial {
  withheld customer customerReference currency lifecycle delivery allocated asOf
  lines {
    lineNo itemNo quantity { value unit } requested promised shipTo customerItem
    price { amount per { value } } allocated { value } allocations { lotNo lot { id } } closed
  }
}
productionOrders { id commercial { salesOrder { id } salesLineNo } }
"""


@pytest.fixture
async def graph(store: Store) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon who may see prices."""
    async with serving(SCHEMA, store, {"books": sql_books()}, "erp:read erp:commercial") as graph:
        yield graph


def sales_id(order_no: str, plant: str = "lyon") -> str:
    return GraphId("SalesOrder", plant, order_no).encode()


async def test_a_sales_order_its_lots_and_what_is_made_for_it(
    store: Store, graph: Subgraphed
) -> None:
    await take(store, Trade.SALES, "7001")
    await keep(store, production(sales_line=SalesLine("7001", 10)))
    [found] = await graph.parts("SalesOrder", [sales_id("7001")], PARTS)
    assert found == {
        "id": sales_id("7001"),
        "commercial": {
            "withheld": False,
            "customer": "acme",
            "customerReference": "their-1",
            "currency": "EUR",
            "lifecycle": "CONFIRMED",
            "delivery": "PARTIAL",
            "allocated": "PARTIAL",
            "asOf": "2026-05-04T12:00:00+00:00",
            "lines": [
                {
                    "lineNo": 10,
                    "itemNo": "widget",
                    "quantity": {"value": "10", "unit": "KGM"},
                    "requested": "2026-05-04",
                    "promised": "2026-05-05",
                    "shipTo": "acme-north",
                    "customerItem": "their-widget",
                    "price": {"amount": "25.50", "per": {"value": "10"}},
                    "allocated": {"value": "4"},
                    "allocations": [{"lotNo": "L-7", "lot": {"id": lot_id("widget/L-7")}}],
                    "closed": False,
                }
            ],
        },
        "productionOrders": [
            {
                "id": order_id("4711"),
                "commercial": {"salesOrder": {"id": sales_id("7001")}, "salesLineNo": 10},
            }
        ],
    }
    [lot] = await graph.parts(
        "Lot",
        [lot_id("widget/L-7")],
        "allocatedTo { salesOrder { id } lineNo quantity { value unit } }",
    )
    assert lot["allocatedTo"] == [
        {
            "salesOrder": {"id": sales_id("7001")},
            "lineNo": 10,
            "quantity": {"value": "4", "unit": "KGM"},
        }
    ]


async def test_without_the_scope_the_graph_withholds_too(store: Store, graph: Subgraphed) -> None:
    await take(store, Trade.SALES, "7001")
    answer = await graph.join("SalesOrder", [sales_id("7001")], PARTS, token=mint(scope="erp:read"))
    [found] = answer["data"]["_entities"]
    assert found["commercial"]["withheld"] is True
    [one] = found["commercial"]["lines"]
    assert one["quantity"] == {"value": "10", "unit": "KGM"}
    for secret in ("acme", "their-1", "their-widget", "25.50", "EUR"):
        assert secret not in str(answer)


async def test_twenty_orders_take_a_statement_a_field(store: Store, graph: Subgraphed) -> None:
    numbers = [f"{n:03}" for n in range(20)]
    await take(store, Trade.PURCHASE, *numbers, lines=(line(ship_to=""),), statuses=("SENT",))
    query = (
        '{ purchaseOrders(plant: "lyon") { edges { node { id commercial { poNo supplier'
        " acknowledgement receipt lines { price { amount } } } } } } }"
    )
    with statements() as asked:
        answer = await graph.ask(query)
    edges = answer["data"]["purchaseOrders"]["edges"]
    assert [edge["node"]["commercial"]["poNo"] for edge in edges] == numbers
    ids = [GraphId("PurchaseOrder", "lyon", n).encode() for n in numbers]
    assert [edge["node"]["id"] for edge in edges] == ids
    assert len(asked) == 2, asked


async def test_each_id_is_judged_alone(store: Store, graph: Subgraphed) -> None:
    await take(store, Trade.SALES, "7001")
    ids = [sales_id("7001"), sales_id("7001", "nice"), order_id("7001"), sales_id("9")]
    answer = await graph.join("SalesOrder", ids, "commercial { orderNo } productionOrders { id }")
    seen, foreign, wrong, unknown = answer["data"]["_entities"]
    assert seen == {"commercial": {"orderNo": "7001"}, "productionOrders": []}
    assert (foreign, wrong) == (None, None)
    assert unknown == {"commercial": None, "productionOrders": []}
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id")]
    answer = await graph.ask('{ salesOrders(plant: "nice") { edges { cursor } } }')
    assert codes(answer) == [("foreign_plant", "plant")]
