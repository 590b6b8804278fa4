"""The graph of the real services: an order with something in every part, and any of them away."""

import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.ids import EVERYWHERE, GraphId
from services.kit.store import Store
from services.telemetry.application.record_looks import record_looks
from services.telemetry.store import open_books
from tests.flows.plant import HEAT, SERVICES, Plant, running
from tests.flows.trade import ACME, BOUGHT, MILL, SENT, SOLD, SSCC, trade
from tests.servers import scratch_folder
from tests.shopfloor import MADE, PLANT, USED
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import at, look, state
from tests.waiting import until
from tests.web.rig import Answer, Gateway
from tools.mesh.gateway import FOLDER
from tools.mesh.people import USERS

pytestmark = pytest.mark.flow

NUMBER = "4711"
ORDER = GraphId("Order", PLANT, NUMBER).encode()
LOT = GraphId("Lot", PLANT, f"{MADE}/L-{NUMBER}").encode()
PRESS = f"{PLANT}/hall-1/press-1"
MACHINE = GraphId("Equipment", PLANT, PRESS).encode()
PARTS = {
    "erp": {"commercial", "postings"},
    "mes": {"execution", "lots"},
    "process": {"flow"},
    "quality": {"inspections", "holds"},
    "telemetry": {"equipment"},
    "wms": {"stock"},
}
_BETWEEN = 0.3
"""Seconds: the question keeps every service busy, also those that are still starting."""
CALLS = re.compile(
    r'^plantmesh_gateway_subgraph_duration_seconds_count\{subgraph="(\w+)",outcome="ok"\} (\d+)$',
    re.MULTILINE,
)
DOCUMENT = """query($id: ID!) { order(id: $id) {
  commercial { orderNo asOf }
  postings { reference state reason }
  execution { produced { value } lastConfirmationNo asOf }
  lots { identity { lotNo } quality { status } balances { status quantity { value } } }
  flow { waiting { value } waits { kind why } blockedBecause }
  inspections { inspectionNo undecided { value } }
  holds { holdNo }
  stock { lotNo status quantity { value unit } }
  equipment { id condition { state quality counters { reading { value unit } } asOf } }
} }"""


@dataclass(frozen=True)
class Site:
    """A plant with one order confirmed once, seen through the gateway."""

    plant: Plant
    gateway: Gateway

    async def order(self) -> Answer:
        return await self.gateway.ask(DOCUMENT, id=ORDER)

    async def calls(self) -> Counter[str]:
        """How often each subgraph was asked since the gateway started."""
        text = (await self.gateway.health("metrics")).text
        return Counter({name: int(count) for name, count in CALLS.findall(text)})

    async def has_traded(self) -> bool:
        """Whether erp has heard of what is bought and sold."""
        query = """query($plant: String!, $so: String!, $po: String!) {
          salesOrder(plant: $plant, orderNo: $so) { commercial { asOf } }
          purchaseOrder(plant: $plant, poNo: $po) { commercial { asOf } }
        }"""
        answer = await self.gateway.ask(query, plant=PLANT, so=SOLD, po=BOUGHT)
        return "errors" not in answer.body and all(
            order["commercial"] for order in answer.data.values()
        )

    async def is_told(self) -> bool:
        """Whether every service has its part of the confirmation."""
        answer = await self.order()
        if "errors" in answer.body:
            return False
        order = answer.data["order"]
        told = [order[part] for parts in PARTS.values() for part in parts - {"holds"}]
        return (
            all(told) and bool(order["flow"]["waits"]) and order["postings"][0]["state"] == "POSTED"
        )


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """Everything up and the order told everywhere."""
    with scratch_folder() as root:
        async with running(root, {}, services=(*SERVICES, "telemetry")) as plant:
            program = await plant.mesh.open_gateway(PLANTMESH_BREAKER_OPEN_SECONDS="0.3")
            token = plant.mesh.issuer.signer.mint(USERS["viewer"])
            site = Site(plant, Gateway(program, token))
            await plant.open([NUMBER])
            await plant.confirm(NUMBER, 1)
            await trade(plant, NUMBER)
            await tell_of_press(plant.mesh.databases["telemetry"])
            await until(site.is_told, every=_BETWEEN)
            await until(site.has_traded, every=_BETWEEN)
            yield site


async def tell_of_press(database: str) -> None:
    """As a collector does: the press works on the order."""
    store = Store(database)
    store.bind(Outbox(Topic("plantmesh.telemetry")))
    async with store.work():
        shown = look(7, equipment=PRESS, order_no=NUMBER)
        running = state(3, equipment=PRESS, order_no=NUMBER)
        await record_looks(open_books(SystemClock(), Pulse()), 1, [shown], [running])
    await store.close()


async def test_any_one_service_may_be_away_and_the_rest_of_the_order_comes(site: Site) -> None:
    whole = (await site.order()).data["order"]
    assert whole["commercial"]["orderNo"] == NUMBER
    assert whole["execution"]["produced"]["value"] == "2.5"
    assert whole["flow"]["waiting"]["value"] == "2.5"
    assert whole["stock"] == [
        {"lotNo": f"L-{NUMBER}", "status": "QUALITY", "quantity": {"value": "2.5", "unit": "KGM"}}
    ]
    assert whole["equipment"] == [
        {
            "id": MACHINE,
            "condition": {
                "state": "EXECUTE",
                "quality": "UNCERTAIN",  # told of, but no collector reads here
                "counters": [{"reading": {"value": "7", "unit": "KGM"}}],
                "asOf": at(7).moment.isoformat(),
            },
        }
    ]
    await a_question_costs_one_call_a_level(site)
    await an_order_leads_to_its_customers_and_a_lot_to_its_suppliers(site)
    await things_are_looked_up_by_their_numbers(site)
    await trusted_documents_are_answered(site)
    await foreign_plants_stay_closed(site)
    for name in PARTS:
        # Hanging, then dead; the mesh brings it back.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            site.plant.mesh.kill(f"{name}-0", number)
            assert_all_but(await site.order(), name, whole)
        await site.plant.mesh.supervisor.until_ready(f"{name}-0", seconds=180)
        await until(site.is_told, every=_BETWEEN)


def assert_all_but(answer: Answer, name: str, whole: dict[str, Any]) -> None:
    """Every part of the others, none of this one, and why."""
    assert answer.status == 200
    order = answer.data["order"]
    empty = {part for parts in PARTS.values() for part in parts if order[part] is None}
    assert empty == PARTS[name]
    assert order["flow"] == (None if name == "process" else whole["flow"])
    for error in answer.body["errors"]:
        assert error["message"] == f"{name} is not available"
        assert error["extensions"]["serviceName"] == name
        assert error["extensions"]["code"] in {"SUBGRAPH_TIMEOUT", "SUBGRAPH_UNAVAILABLE"}
    assert "127.0.0.1" not in answer.text


async def a_question_costs_one_call_a_level(site: Site) -> None:
    """However many parts of it a service has; quality and wms are asked about the lots too."""
    before = await site.calls()
    await site.order()
    asked = await site.calls() - before
    once = dict.fromkeys(PARTS, 1)
    assert dict(asked) == once | {"quality": 2, "wms": 2}
    before = await site.calls()
    query = "query($id: ID!) { equipment(id: $id) { condition { state counters { kind } } } }"
    await site.gateway.ask(query, id=MACHINE)
    assert await site.calls() - before == Counter({"telemetry": 1})


async def an_order_leads_to_its_customers_and_a_lot_to_its_suppliers(site: Site) -> None:
    """Each in one document, with one call a level to whoever knows of it."""
    planner = site.plant.mesh.issuer.signer.mint(USERS["planner"])
    before = await site.calls()
    answer = await site.gateway.ask(document("customers"), token=planner, id=ORDER)
    assert answer.body.get("errors") is None
    [lot] = answer.data["order"]["lots"]
    assert [one["status"] for one in lot["balances"]] == ["QUALITY"]
    [shipment] = lot["trace"]["shipments"]
    assert (shipment["shipmentNo"], shipment["salesOrderNo"]) == (SENT, SOLD)
    assert (shipment["customer"], shipment["customerParty"]["name"]) == (ACME, "Acme")
    assert shipment["salesOrder"]["commercial"]["lifecycle"] == "CREATED"
    assert await site.calls() - before == Counter({"mes": 1, "wms": 1, "reference": 1, "erp": 1})
    [meant] = lot["allocatedTo"]
    assert (meant["salesOrder"]["commercial"]["orderNo"], meant["quantity"]["value"]) == (SOLD, "1")
    viewed = (await site.gateway.ask(document("customers"), id=ORDER)).data["order"]["lots"][0]
    assert viewed["allocatedTo"][0]["salesOrder"]["commercial"]["customer"] is None
    assert meant["salesOrder"]["commercial"]["customer"] == ACME
    [hidden] = viewed["trace"]["shipments"]
    assert (hidden["withheld"], hidden["customer"], hidden["customerParty"]) == (True, "", None)
    before = await site.calls()
    answer = await site.gateway.ask(document("suppliers"), id=LOT)
    assert answer.body.get("errors") is None
    trace = answer.data["lot"]["trace"]
    assert [one["commercial"]["orderNo"] for one in trace["orders"]] == [NUMBER]
    [receipt] = [one for one in trace["receipts"] if one["supplier"]]
    assert (receipt["supplier"], receipt["supplierParty"]["name"]) == (MILL, "The mill")
    assert (receipt["supplierLot"], receipt["purchaseOrderNo"]) == ("M-77", BOUGHT)
    assert receipt["purchaseOrder"]["commercial"]["receipt"] == "NONE"
    assert await site.calls() - before == Counter({"mes": 1, "erp": 1, "reference": 1})


async def things_are_looked_up_by_their_numbers(site: Site) -> None:
    """Order number, lot, SSCC, purchase order; and what they name is a node."""
    found = {
        "ByOrderNumber": {"plant": PLANT, "orderNo": NUMBER},
        "ByLotNumber": {"plant": PLANT, "lotNo": f"L-{NUMBER}"},
        "BySscc": {"sscc": SSCC},
        "ByPurchaseOrderNumber": {"plant": PLANT, "poNo": BOUGHT},
    }
    told: dict[str, Any] = {}
    for name, variables in found.items():
        asked = {"query": document("lookup"), "operationName": name, "variables": variables}
        answer = await site.gateway.post(asked)
        assert answer.body.get("errors") is None, answer.text
        [told[name]] = answer.data.values()
    heat = GraphId("Lot", PLANT, f"{USED}/{HEAT}").encode()
    assert told["ByOrderNumber"]["id"] == ORDER
    assert [edge["node"]["id"] for edge in told["ByLotNumber"]["edges"]] == [LOT]
    [inside] = told["BySscc"]["contents"]
    assert (inside["lotNo"], inside["quantity"]["value"]) == (HEAT, "7")
    bought = told["ByPurchaseOrderNumber"]
    assert [one["lot"]["id"] for one in bought["receipts"]] == [heat]
    assert [one["itemNo"] for one in bought["commercial"]["lines"]] == [USED]
    mill = GraphId("Party", EVERYWHERE, MILL).encode()
    steel = GraphId("Item", EVERYWHERE, USED).encode()
    answer = await site.gateway.ask(
        """query($party: ID!, $item: ID!, $unit: ID!) {
          party: node(id: $party) { ... on Party { name } }
          item: node(id: $item) { ... on Item { itemNo } }
          unit: node(id: $unit) { ... on HandlingUnit { sscc } }
        }""",
        party=mill,
        item=steel,
        unit=told["BySscc"]["id"],
    )
    assert answer.body == {
        "data": {"party": {"name": "The mill"}, "item": {"itemNo": USED}, "unit": {"sscc": SSCC}}
    }


def document(name: str) -> str:
    """A trusted one."""
    return (FOLDER / "operations" / f"{name}.graphql").read_text()


async def trusted_documents_are_answered(site: Site) -> None:
    """Every one, without an error."""
    variables = {
        "Order": {"id": ORDER},
        "Lot": {"id": LOT},
        "Orders": {"plant": PLANT},
        "Equipment": {"id": MACHINE},
    }
    for name, given in variables.items():
        answer = await site.gateway.ask(document(name.lower()), **given)
        assert (answer.status, answer.body.get("errors")) == (200, None)
        assert None not in answer.data.values()
    lot = await site.gateway.ask(
        "query($id: ID!) { lot(id: $id) { madeOf { lot { id } } } }", id=LOT
    )
    assert len(lot.data["lot"]["madeOf"]) == 1


async def foreign_plants_stay_closed(site: Site) -> None:
    """The line of lyon asks for an order elsewhere."""
    token = site.plant.mesh.issuer.signer.mint(USERS["line"])
    elsewhere = GraphId("Order", "elsewhere", NUMBER).encode()
    query = "query($id: ID!) { order(id: $id) { execution { asOf } } }"
    answer = await site.gateway.ask(query, token=token, id=elsewhere)
    assert answer.data == {"order": {"execution": None}}
    assert answer.codes == {"foreign_plant"}
    own = await site.gateway.ask(query, token=token, id=ORDER)
    assert own.data["order"]["execution"]["asOf"]
