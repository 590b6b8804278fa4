"""A recall is one document of the graph, and a lot is found by its number."""

from collections.abc import AsyncIterator

import pytest
from plantmesh.mes.v1 import lots_pb2

from services.kit.clock import SystemClock
from services.mes.graph import SCHEMA
from services.mes.store import open_books
from tests.component.mes.floor import Floor
from tests.subgraph import Subgraphed, lot_id, order_id, serving
from tests.unit.mes.use_cases.recalls import bakery


@pytest.fixture
async def graph(floor: Floor) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    async with serving(
        SCHEMA, floor.store, {"books": open_books(SystemClock())}, "mes:read"
    ) as one:
        yield one


RECALL = """
identity { onHand { value } quality disposition supplierLot }
links(direction: FORWARD) { kind order { id } lot { id } quantity { value } made { value } }
back: trace(direction: BACKWARD) {
  total withheld orders { id } receipts { supplier supplierLot lot { id } }
}
ahead: trace(direction: FORWARD) {
  orders { id } shipments { customer shipmentNo quantity { value } }
}
"""


async def test_a_lot_is_found_by_its_number_alone(floor: Floor, graph: Subgraphed) -> None:
    await bakery(floor)
    query = 'query { lots(plant: "lyon", sought: {supplierLot: "M-77"}) { edges { node { id } } } }'
    assert (await graph.ask(query))["data"]["lots"]["edges"] == [
        {"node": {"id": lot_id("FLOUR/F1")}}
    ]
    async with floor.calling() as calls:
        found = await calls.lots.ListLots(lots_pb2.ListLotsRequest(plant="lyon", lot_no="X1"))
    assert [one.order_no for one in found.lots] == ["x"]


async def test_a_recall_is_one_document(floor: Floor, graph: Subgraphed) -> None:
    await bakery(floor)
    dough, flour = await graph.parts("Lot", [lot_id("DOUGH/D1"), lot_id("FLOUR/F1")], RECALL)
    assert dough["back"] == {
        "total": 2,
        "withheld": 0,
        "orders": [{"id": order_id("d")}],
        "receipts": [
            {"supplier": "MILL", "supplierLot": "M-77", "lot": {"id": lot_id("FLOUR/F1")}},
            {"supplier": "OTHER", "supplierLot": "O-1", "lot": {"id": lot_id("FLOUR/F2")}},
        ],
    }
    assert sorted(one["customer"] for one in dough["ahead"]["shipments"]) == [
        "ACME",
        "SHOP",
        "SHOP",
    ]
    assert len(flour["ahead"]["orders"]) == 4
    assert flour["identity"] == {
        "onHand": {"value": "60"},
        "quality": "CREATED",
        "disposition": "RESTRICTED",
        "supplierLot": "M-77",
    }
    assert flour["links"] == [
        {
            "kind": "TRANSFORM",
            "order": {"id": order_id("d")},
            "lot": {"id": lot_id("DOUGH/D1")},
            "quantity": {"value": "40"},
            "made": {"value": "60"},
        }
    ]
