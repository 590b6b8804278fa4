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
from services.kit.ids import GraphId
from services.kit.store import Store
from services.telemetry.application.record_looks import record_looks
from services.telemetry.store import open_books
from tests.flows.plant import SERVICES, Plant, running
from tests.servers import scratch_folder
from tests.shopfloor import MADE, PLANT
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
            await tell_of_press(plant.mesh.databases["telemetry"])
            await until(site.is_told, every=_BETWEEN)
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


async def trusted_documents_are_answered(site: Site) -> None:
    """Every one, without an error."""
    variables = {
        "Order": {"id": ORDER},
        "Lot": {"id": LOT},
        "Orders": {"plant": PLANT},
        "Equipment": {"id": MACHINE},
    }
    for name, given in variables.items():
        text = (FOLDER / "operations" / f"{name.lower()}.graphql").read_text()
        answer = await site.gateway.ask(text, **given)
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
