"""Lots by the orders they came and left for, and whom they lead to, over gRPC and in the graph."""

from collections.abc import AsyncIterator, Collection
from typing import Any

import pytest
from plantmesh.mes.v1 import lots_pb2 as pb

from services.kit.clock import SystemClock
from services.kit.ids import EVERYWHERE, GraphId
from services.mes.domain.lot_operation import Receive, Ship
from services.mes.graph import SCHEMA
from services.mes.store import open_books
from tests.component.mes.floor import Floor
from tests.subgraph import Subgraphed, codes, lot_id, order_id, serving, statements
from tests.unit.mes.reports import part, plan, received, report
from tests.unit.mes.use_cases.steps import confirm, create, operate, void_operation

CUSTOMERS = """lots { id trace(direction: FORWARD) { shipments {
  shipmentNo customer customerParty { id } salesOrderNo salesOrder { id } quantity { value unit }
} } }"""
SUPPLIERS = """identity { item { id } } trace(direction: BACKWARD) { orders { id } receipts {
  supplier supplierParty { id } manufacturerParty { id } supplierLot
  purchaseOrderNo purchaseOrder { id receipts(first: 1) { lot { id } } }
} }"""


def party(party_id: str) -> dict[str, str]:
    """As the graph leads to it."""
    return {"id": GraphId("Party", EVERYWHERE, party_id).encode()}


def bought(order_no: str, plant: str = "lyon") -> str:
    """A purchase order's id."""
    return GraphId("PurchaseOrder", plant, order_no).encode()


def sold(order_no: str, plant: str = "lyon") -> str:
    """A sales order's id."""
    return GraphId("SalesOrder", plant, order_no).encode()


@pytest.fixture
async def graph(floor: Floor) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    async with serving(
        SCHEMA, floor.store, {"books": open_books(SystemClock())}, "mes:read mes:recall"
    ) as one:
        yield one


async def trade(floor: Floor, numbers: Collection[str] = "1") -> None:
    """Of each number: flour bought, bread made of it and sold; and a lot that nobody ordered."""
    await operate(floor, received("FLOUR/F", "1"))
    for n in numbers:
        flour = part(f"FLOUR/F{n}", "100")
        await operate(floor, Receive(flour, "MILL", f"M-{n}", "MILLER", purchase_order_no=f"P{n}"))
        await create(floor, plan(n))
        used = ((f"FLOUR/F{n}", "40"),)
        await confirm(floor, report(f"c{n}", "30", order_no=n, lot=f"B{n}", consumed=used))
        await operate(floor, Ship(part(f"BREAD/B{n}", "25"), f"S{n}", "ACME", f"O{n}"), id=f"s{n}")


async def test_an_order_leads_to_its_customers_and_a_lot_to_its_suppliers(
    floor: Floor, graph: Subgraphed
) -> None:
    await trade(floor)
    [order] = await graph.parts("Order", [order_id("1")], CUSTOMERS)
    [bread] = order["lots"]
    assert bread["trace"]["shipments"] == [
        {
            "shipmentNo": "S1",
            "customer": "ACME",
            "customerParty": party("ACME"),
            "salesOrderNo": "O1",
            "salesOrder": {"id": sold("O1")},
            "quantity": {"value": "25", "unit": "KGM"},
        }
    ]
    [lot, alone] = await graph.parts("Lot", [lot_id("BREAD/B1"), lot_id("FLOUR/F")], SUPPLIERS)
    assert lot["identity"]["item"] == {"id": GraphId("Item", EVERYWHERE, "BREAD").encode()}
    assert lot["trace"] == {
        "orders": [{"id": order_id("1")}],
        "receipts": [
            {
                "supplier": "MILL",
                "supplierParty": party("MILL"),
                "manufacturerParty": party("MILLER"),
                "supplierLot": "M-1",
                "purchaseOrderNo": "P1",
                "purchaseOrder": {
                    "id": bought("P1"),
                    "receipts": [{"lot": {"id": lot_id("FLOUR/F1")}}],
                },
            }
        ],
    }
    [receipt] = alone["trace"]["receipts"]
    nobody = (receipt["supplierParty"], receipt["manufacturerParty"], receipt["purchaseOrder"])
    assert nobody == (None, None, None)


async def test_both_take_as_many_statements_for_a_dozen_as_for_one(
    floor: Floor, graph: Subgraphed
) -> None:
    numbers = [str(n) for n in range(12)]
    await trade(floor, numbers)
    costs = []
    for size in (1, 12):
        with statements() as asked:
            ids = [order_id(n) for n in numbers[:size]]
            await graph.parts("Order", ids, CUSTOMERS)
            ids = [lot_id(f"BREAD/B{n}") for n in numbers[:size]]
            await graph.parts("Lot", ids, SUPPLIERS)
            ids = [bought(f"P{n}") for n in numbers[:size]]
            found = await graph.parts("PurchaseOrder", ids, "receipts { lot { id } }")
            assert [len(one["receipts"]) for one in found] == [1] * size
            ids = [sold(f"O{n}") for n in numbers[:size]]
            found = await graph.parts("SalesOrder", ids, "shipments { customer }")
            assert [len(one["shipments"]) for one in found] == [1] * size
        costs.append(len(asked))
    # 7 of an order: lots made, lots, holds, a trace in 3, what left; 7 of a lot: identity in 2, a
    # trace in 3, what came, what came for the same order; and 1 of each order of another kind
    assert costs == [16, 16]


LOTS = """query ($sought: LotNumbers!) {
  lots(plant: "lyon", sought: $sought) { edges { node { identity { lotNo } } } }
}"""


LOOKED_UP: list[tuple[dict[str, str], list[str]]] = [
    ({"purchaseOrderNo": "P2"}, ["F2"]),
    ({"salesOrderNo": "O1"}, ["B1"]),
    ({"purchaseOrderNo": "P1", "supplierLot": "M-1"}, ["F1"]),
    ({"purchaseOrderNo": "P1", "lotNo": "F2"}, []),
    ({"purchaseOrderNo": "O1"}, []),
]
FIELDS = {
    "purchaseOrderNo": "purchase_order_no",
    "salesOrderNo": "sales_order_no",
    "supplierLot": "supplier_lot",
    "lotNo": "lot_no",
}


async def test_lots_are_looked_up_by_the_number_of_an_order(
    floor: Floor, graph: Subgraphed
) -> None:
    await trade(floor, "12")
    async with floor.calling() as calls:
        for sought, lots in LOOKED_UP:
            edges = (await graph.ask(LOTS, sought=sought))["data"]["lots"]["edges"]
            assert [edge["node"]["identity"]["lotNo"] for edge in edges] == lots, sought
            given: Any = {FIELDS[name]: number for name, number in sought.items()}
            found = await calls.lots.ListLots(pb.ListLotsRequest(plant="lyon", **given))
            assert [one.key.lot_no for one in found.lots] == lots, sought


async def test_what_is_void_came_and_left_for_nobody(floor: Floor, graph: Subgraphed) -> None:
    await trade(floor)
    await void_operation(floor, "s1")
    [order] = await graph.parts("SalesOrder", [sold("O1")], "shipments { shipmentNo }")
    assert order["shipments"] == []
    found = await graph.ask(LOTS, sought={"salesOrderNo": "O1"})
    assert found["data"]["lots"]["edges"] == []


async def test_orders_of_other_plants_are_not_told_of(floor: Floor, graph: Subgraphed) -> None:
    await trade(floor)
    ids = [bought("P1", "nice"), sold("O1"), bought("P9")]
    answer = await graph.join("PurchaseOrder", ids, "id receipts { supplierLot }")
    unknown = {"id": bought("P9"), "receipts": []}
    assert answer["data"]["_entities"] == [None, None, unknown]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id")]
    ids = [sold("O1", "nice"), bought("P1")]
    answer = await graph.join("SalesOrder", ids, "shipments { customer }")
    assert answer["data"]["_entities"] == [None, None]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id")]
