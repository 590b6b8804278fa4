"""A recall is one document of the graph, and a lot is found by its number."""

from collections.abc import AsyncIterator

import pytest
from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import genealogy_pb2, lots_pb2

from services.kit.clock import SystemClock
from services.mes.graph import SCHEMA
from services.mes.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.mes.floor import Floor
from tests.subgraph import Subgraphed, lot_id, order_id, serving
from tests.unit.mes.reports import lot_key
from tests.unit.mes.use_cases.recalls import bakery


@pytest.fixture
async def graph(floor: Floor) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    async with serving(
        SCHEMA, floor.store, {"books": open_books(SystemClock())}, "mes:read mes:recall"
    ) as one:
        yield one


RECALL = """
identity { onHand { value } quality disposition supplierLot }
links(direction: FORWARD) { kind order { id } lot { id } quantity { value } made { value } }
back: trace(direction: BACKWARD) {
  total withheld orders { id } receipts { supplier supplierLot lot { id } }
}
ahead: trace(direction: FORWARD) {
  orders { id } shipments { withheld customer customerParty { id } shipmentNo quantity { value } }
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


@pytest.mark.parametrize(
    ("scope", "shown"),
    [("mes:read", False), ("mes:read mes:recall", True), ("mes:read erp:commercial", True)],
)
async def test_who_a_lot_went_to_is_told_to_who_may_know(
    floor: Floor, scope: str, shown: bool
) -> None:
    """On either channel; others see that it is withheld, and everything else."""
    await bakery(floor)
    ports = {"books": open_books(SystemClock())}
    async with serving(SCHEMA, floor.store, ports, scope) as graph:
        [dough] = await graph.parts("Lot", [lot_id("DOUGH/D1")], RECALL)
    seen = dough["ahead"]["shipments"]
    assert {one["withheld"] for one in seen} == {not shown}
    assert all(bool(one["customerParty"]) is shown for one in seen)
    assert all(one["shipmentNo"] for one in seen)
    request = genealogy_pb2.BatchTraceLotsRequest(
        starts=[genealogy_pb2.TraceStart(lot=keys_pb2.LotKey(**lot_key("DOUGH/D1")._asdict()))],
        direction=lots_pb2.DIRECTION_FORWARD,
    )
    async with floor.calling(mint(scope=scope)) as calls:
        [trace] = (await calls.genealogy.BatchTraceLots(request)).traces
    assert {one.withheld for one in trace.shipments} == {not shown}
    names = {"ACME", "SHOP"} if shown else {""}
    assert {one["customer"] for one in seen} == names
    assert {one.customer for one in trace.shipments} == names


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
