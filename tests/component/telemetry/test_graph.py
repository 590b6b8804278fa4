"""What the telemetry subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.kit.clock import SystemClock
from services.kit.ids import GraphId
from services.telemetry.domain.equipment import MachineState
from services.telemetry.domain.look import Quality
from services.telemetry.graph import SCHEMA
from services.telemetry.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.telemetry.hub import READER, Hub
from tests.subgraph import (
    WRONG_PAGES,
    Subgraphed,
    check_refused,
    codes,
    order_id,
    serving,
    statements,
)
from tests.unit.telemetry.pulse import Pulse
from tests.unit.telemetry.reports import OVEN, PRESS, at, good, look, scrapped, state, used
from tests.unit.telemetry.use_cases import record

CONDITION = """
id
condition {
  plant equipment state mode quality since order { id } lotNo asOf
  counters { counter kind reading { value unit } itemNo lotNo reason }
}
"""
ORDER = f"id equipment {{ {CONDITION} }}"


def machine_id(path: str, plant: str = "lyon") -> str:
    return GraphId("Equipment", plant, path).encode()


@pytest.fixture
async def graph(hub: Hub) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    ports = {"books": open_books(SystemClock(), Pulse())}
    async with serving(SCHEMA, hub.store, ports, READER) as graph:
        yield graph


def shown(counter: str, kind: str, value: str, **more: str) -> dict[str, Any]:
    reading = {"value": value, "unit": "KGM"}
    nothing = {"itemNo": None, "lotNo": None, "reason": None}
    return {"counter": counter, "kind": kind, "reading": reading, **nothing, **more}


async def test_a_machine_at_work(hub: Hub, graph: Subgraphed) -> None:
    counters = (good("12.50"), scrapped("0.5", reason="torn"), used("13"))
    lost = state(3, MachineState.HELD, quality=Quality.UNCERTAIN)
    await record(hub, look(8, *counters), lost)
    [found] = await graph.parts("Equipment", [machine_id(PRESS)], CONDITION)
    assert found == {
        "id": machine_id(PRESS),
        "condition": {
            "plant": "lyon",
            "equipment": PRESS,
            "state": "HELD",
            "mode": "PRODUCTION",
            "quality": "UNCERTAIN",
            "since": at(3).moment.isoformat(),
            "order": {"id": order_id("4711")},
            "lotNo": "L1",
            "asOf": at(8).moment.isoformat(),
            "counters": [
                shown("good", "GOOD", "12.5"),
                shown("scrap", "SCRAP", "0.5", reason="torn"),
                shown("flour", "CONSUMED", "13", itemNo="FLOUR", lotNo="F1"),
            ],
        },
    }


async def test_between_jobs_and_without_a_state(hub: Hub, graph: Subgraphed) -> None:
    await record(hub, look(8, order_no="", lot_no=""))
    [found] = await graph.parts("Equipment", [machine_id(PRESS)], CONDITION)
    told = found["condition"]
    assert (told["order"], told["lotNo"], told["since"]) == (None, None, None)
    assert (told["state"], told["mode"], told["quality"]) == ("UNKNOWN", "UNKNOWN", "GOOD")


async def test_the_machines_that_work_on_an_order_now(hub: Hub, graph: Subgraphed) -> None:
    await record(hub, look(1), look(1, equipment=OVEN), look(1, equipment="lyon/x", order_no="9"))
    ids = [order_id("4711"), order_id("9"), order_id("8")]
    found = await graph.parts("Order", ids, "equipment { condition { equipment } }")
    paths = [[one["condition"]["equipment"] for one in order["equipment"]] for order in found]
    assert paths == [[PRESS, OVEN], ["lyon/x"], []]


async def test_more_entities_take_no_more_statements(hub: Hub, graph: Subgraphed) -> None:
    paths = [f"lyon/press-{n}" for n in range(10)]
    for more in ("", "-twin"):
        looks = (look(1, equipment=f"{one}{more}", order_no=str(n)) for n, one in enumerate(paths))
        await record(hub, *looks)
    orders = [order_id(str(n)) for n in range(10)]
    costs = []
    for size in (1, 10):
        with statements() as asked:
            found = await graph.parts("Order", orders[:size], ORDER)
        assert [len(one["equipment"]) for one in found] == [2] * size
        costs.append(len(asked))
        with statements() as asked:
            machines = [machine_id(path) for path in paths[:size]]
            assert len(await graph.parts("Equipment", machines, CONDITION)) == size
        costs.append(len(asked))
    # an order: who works on it, machines, counters; a machine: machines, counters
    assert costs == [3, 2, 3, 2]


async def test_each_id_is_judged_alone(hub: Hub, graph: Subgraphed) -> None:
    far = "oslo/hall/press"
    await record(hub, look(1), look(1, equipment=far))
    # The last but one names a plant its reader may see, and leads into another.
    ids = [machine_id(far, "oslo"), "nonsense", order_id("1"), machine_id(far), machine_id("lyon")]
    answer = await graph.join("Equipment", ids, "id condition { equipment }")
    nobody = {"id": machine_id("lyon"), "condition": None}
    assert answer["data"]["_entities"] == [None, None, None, None, nobody]
    assert codes(answer) == [
        ("foreign_plant", "id"),
        ("bad_id", "id"),
        ("bad_id", "id"),
        ("bad_id", "id"),
    ]
    ids = [order_id("4711", "oslo"), machine_id(PRESS), order_id("4711")]
    answer = await graph.join("Order", ids, "equipment { id }")
    mine = {"equipment": [{"id": machine_id(PRESS)}]}
    assert answer["data"]["_entities"] == [None, None, mine]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id")]


async def test_an_order_number_of_another_plant_is_another_order(
    hub: Hub, graph: Subgraphed
) -> None:
    await record(hub, look(1, equipment="oslo/hall/press"))
    assert await graph.parts("Order", [order_id("4711")], "equipment { id }") == [{"equipment": []}]


async def test_without_the_scope_there_is_nothing(hub: Hub, graph: Subgraphed) -> None:
    await record(hub, look(1))
    token = mint(scope="mes:read")
    for kind, id, part in (
        ("Equipment", machine_id(PRESS), "condition { equipment }"),
        ("Order", order_id("4711"), "equipment { id }"),
    ):
        answer = await graph.join(kind, [id], part, token=token)
        assert answer["data"]["_entities"] == [None]
        assert codes(answer) == [("scope_required", "")]


LIST = """
query ($plant: String! = "lyon", $first: Int! = 50, $after: String) {
  machines(plant: $plant, first: $first, after: $after) {
    edges { node { condition { equipment } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_a_plants_machines_page_by_page(hub: Hub, graph: Subgraphed) -> None:
    paths = [f"lyon/press-{n}" for n in range(5)]
    await record(hub, *(look(1, equipment=path) for path in (*paths, "oslo/hall/press")))
    read: list[str] = []
    after, more = None, True
    while more:
        page = (await graph.ask(LIST, first=2, after=after))["data"]["machines"]
        read += [edge["node"]["condition"]["equipment"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert read == paths


@WRONG_PAGES
async def test_a_list_is_refused_by_name(
    graph: Subgraphed, wrong: dict[str, Any], refused: tuple[str, str]
) -> None:
    await check_refused(graph, LIST, wrong, refused)
