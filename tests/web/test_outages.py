"""One service away: the rest of the answer comes, in time, with a code and nothing internal."""

import asyncio
import re
import signal
import time
from collections import Counter
from typing import Any

import pytest

from tests.web.rig import ORDER, PAGE, Answer, Gateway, Web, eventually

pytestmark = pytest.mark.flow

PARTS = {"erp": {"commercial"}, "mes": {"execution", "lots"}, "wms": {"stock"}}
INTERNALS = ("127.0.0.1", "http", "ECONN", "fetch", "stack", "secret", "_entities", "node_modules")
AWAY = {"SUBGRAPH_UNAVAILABLE", "SUBGRAPH_TIMEOUT", "SUBGRAPH_CIRCUIT_OPEN"}
DEADLINE = 0.5


async def take_away(web: Web, name: str, how: str) -> None:
    """Kill it, stop it so that it hangs, or answer as a proxy before a dead server does."""
    if how == "killed":
        web.subgraphs[name].kill()
    elif how == "hangs":
        web.signal(name, signal.SIGSTOP)
    else:
        await web.tell(name, "mode/broken")


async def bring_back(web: Web, name: str, how: str) -> None:
    if how == "killed":
        web.revive()
    elif how == "hangs":
        web.signal(name, signal.SIGCONT)
    else:
        await web.tell(name, "mode/well")


def assert_all_but(answer: Answer, name: str) -> None:
    """Every part of the others, none of this one, and why."""
    assert answer.status == 200
    order: dict[str, Any] = answer.data["order"]
    parts = set().union(*PARTS.values())
    assert {part for part in parts if order[part] is not None} == parts - PARTS[name]
    for error in answer.body["errors"]:
        assert error["message"] == f"{name} is not available"
        assert error["extensions"]["serviceName"] == name
        assert error["extensions"].keys() == {"code", "serviceName"}
    assert not [word for word in INTERNALS if word in answer.text]


@pytest.mark.parametrize("how", ["killed", "hangs", "broken"])
@pytest.mark.parametrize("name", ["erp", "mes", "wms"])
async def test_any_one_service_may_be_away(web: Web, gateway: Gateway, name: str, how: str) -> None:
    await take_away(web, name, how)
    try:
        began = time.monotonic()
        first = await gateway.ask(PAGE, id=ORDER)
        took = time.monotonic() - began
        assert_all_but(first, name)
        assert first.codes == {"SUBGRAPH_TIMEOUT" if how == "hangs" else "SUBGRAPH_UNAVAILABLE"}
        # Once for the whole operation, though the plan asks wms in two stages.
        assert took < DEADLINE * (3 if how == "hangs" else 1.8)

        many = await asyncio.gather(*(gateway.ask(PAGE, id=ORDER) for _ in range(8)))
        for answer in many:
            assert_all_but(answer, name)
            assert answer.codes <= AWAY

        began = time.monotonic()
        spared = await gateway.ask(PAGE, id=ORDER)
        assert_all_but(spared, name)
        if "SUBGRAPH_CIRCUIT_OPEN" in spared.codes:
            assert time.monotonic() - began < DEADLINE
    finally:
        await bring_back(web, name, how)
    await eventually(gateway, PAGE, id=ORDER)
    assert (await gateway.health("readiness")).status == 200


async def test_a_late_service_is_waited_for_once_in_an_operation(
    web: Web, gateway: Gateway
) -> None:
    """wms is asked by two stages of the plan; the second must not wait anew."""
    deadline = 4 * DEADLINE
    with web.gateway("patient", DEADLINE_SECONDS=str(deadline)) as patient:
        await eventually(patient, PAGE, id=ORDER)
        web.signal("wms", signal.SIGSTOP)
        try:
            began = time.monotonic()
            answer = await patient.ask(PAGE, id=ORDER)
            took = time.monotonic() - began
        finally:
            web.signal("wms", signal.SIGCONT)
    assert_all_but(answer, "wms")
    assert deadline <= took < 2 * deadline


async def test_an_open_circuit_lets_one_probe_through(web: Web, gateway: Gateway) -> None:
    query = "query($id: ID!) { order(id: $id) { stock } }"
    await web.tell("wms", "mode/broken")
    codes = [(await gateway.ask(query, id=ORDER)).codes for _ in range(12)]
    assert {"SUBGRAPH_CIRCUIT_OPEN"} in codes
    asked = len((await web.tell("wms", "seen"))["headers"])
    assert asked < 12
    await web.tell("wms", "mode/well")
    assert (await eventually(gateway, query, id=ORDER)).data == {"order": {"stock": 7}}


async def test_a_root_of_a_dead_service_is_null_beside_the_others(
    web: Web, gateway: Gateway
) -> None:
    web.subgraphs["erp"].kill()
    answer = await gateway.ask("{ orders { id } running warehouses }")
    assert (answer.status, answer.data) == (200, {"orders": None, "running": 1, "warehouses": 2})
    assert answer.codes == {"SUBGRAPH_UNAVAILABLE"}


async def test_requests_are_counted_by_what_became_of_them(web: Web, gateway: Gateway) -> None:
    before = await requests(gateway)
    await gateway.ask("{ running }")
    await gateway.ask("{ running }", token="nobody's")
    web.subgraphs["erp"].kill()
    await gateway.ask("{ orders { id } running }")
    counted = await requests(gateway)
    counted.subtract(before)
    assert +counted == {"ok": 1, "refused": 1, "incomplete": 1}


async def requests(gateway: Gateway) -> Counter[str]:
    """How many by outcome; all of them are there from the start."""
    text = (await gateway.health("metrics")).text
    found = re.findall(r'^plantmesh_gateway_requests_total\{outcome="(\w+)"\} (\d+)$', text, re.M)
    counted = Counter({outcome: int(count) for outcome, count in found})
    assert counted.keys() == {"ok", "incomplete", "refused", "failed", "left"}
    return counted


async def test_clients_that_go_away_open_no_circuit(web: Web, gateway: Gateway) -> None:
    await web.tell("mes", "mode/slow")
    query = "query($id: ID!) { order(id: $id) { execution { state } } }"
    for _ in range(8):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(gateway.ask(query, id=ORDER), 0.1)
    await web.tell("mes", "mode/well")
    answer = await gateway.ask(query, id=ORDER)
    assert answer.body == {"data": {"order": {"execution": {"state": "RUNNING"}}}}


async def test_a_query_that_went_well_leaves_no_timer_that_kills(
    web: Web, gateway: Gateway
) -> None:
    """The runtime's own upstreamTimeout ended the process one timeout after such an answer."""
    pid = gateway.program.child.pid
    await gateway.ask("query($id: ID!) { order(id: $id) { id } }", id=ORDER)
    await asyncio.sleep(2 * DEADLINE)
    assert gateway.program.child.pid == pid
    assert "unhandled" not in gateway.program.log.read_text()


async def test_a_bug_of_a_service_is_masked_and_its_refusal_is_not(gateway: Gateway) -> None:
    answer = await gateway.ask("{ crash refused running }")
    assert answer.data == {"crash": None, "refused": None, "running": 1}
    assert not [word for word in INTERNALS if word in answer.text]
    assert answer.codes == {"internal", "complete"}
    masked, refused = sorted(answer.body["errors"], key=lambda error: str(error["path"]))
    assert masked["extensions"]["code"] == "internal"
    assert masked["extensions"]["reference"]
    assert refused["message"] == "order 4711 is complete"
    assert refused["extensions"] == {
        "code": "complete",
        "field": "id",
        "hint": "reopen",
        "serviceName": "erp",
    }
