"""What the process subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.kit.clock import Instant, SystemClock
from services.kit.quantity import Quantity
from services.kit.store import Store
from services.process.application.keep_facts import keep_facts
from services.process.domain.facts import Confirmed, Told
from services.process.domain.keys import OrderKey
from services.process.graph import SCHEMA
from services.process.store import sql_books
from tests.component.kit.rpc.desk import mint
from tests.component.process.events import NOON, confirmed
from tests.component.process.rig import ProcessRig, until, with_process
from tests.servers import PostgresServer
from tests.subgraph import Subgraphed, codes, lot_id, order_id, serving, statements

CLOCK = SystemClock()
FLOW = """
id
flow {
  confirmations released { value unit } waiting { value unit } blocked { value } scrapped { value }
  waits { kind what why quantity { value unit } since }
  blockedBecause
}
"""


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[Store]:
    """A database of the test's own; nobody acts on what it holds."""
    store = Store(postgres.dsn("process", prepared_by=with_process))
    yield store
    await store.close()


@pytest.fixture
async def graph(store: Store) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    ports = {"books": sql_books(CLOCK), "clock": CLOCK}
    async with serving(SCHEMA, store, ports, "process:read") as graph:
        yield graph


async def confirm(store: Store, *order_nos: str, plant: str = "lyon") -> None:
    """10 kg of each order wait for the inspection of their lot."""
    books = sql_books(CLOCK)
    async with store.work():
        for number in order_nos:
            order = OrderKey(plant, number)
            fact = Confirmed(
                order, 1, "BREAD", Quantity.parse("10", "KGM"), Instant(NOON, 120), f"L{number}"
            )
            await keep_facts(books, [Told(f"mes/{order}/1", fact)])
            await books.ledgers.confirm(fact, f"IL-{number}", NOON)


async def test_what_an_order_waits_for_and_why(store: Store, graph: Subgraphed) -> None:
    await confirm(store, "4711")
    [found] = await graph.parts("Order", [order_id("4711")], FLOW)
    why = "lot L4711 waits for a disposition"
    assert found["flow"] == {
        "confirmations": 0,
        "released": {"value": "0", "unit": "KGM"},
        "waiting": {"value": "10", "unit": "KGM"},
        "blocked": {"value": "0"},
        "scrapped": {"value": "0"},
        "waits": [
            {
                "kind": "QUALITY",
                "what": "IL-4711",
                "why": why,
                "quantity": {"value": "10", "unit": "KGM"},
                "since": "2026-05-04T12:00:00+00:00",
            }
        ],
        "blockedBecause": [f"IL-4711: {why}"],
    }


async def test_more_orders_take_no_more_statements(store: Store, graph: Subgraphed) -> None:
    numbers = [str(n) for n in range(30)]
    await confirm(store, *numbers)
    with statements() as asked:
        found = await graph.parts("Order", [order_id(n) for n in numbers], FLOW)
    assert [one["flow"]["waits"][0]["what"] for one in found] == [f"IL-{n}" for n in numbers]
    assert len(asked) == 3, asked  # flows, totals, waits


async def test_each_id_is_judged_alone(store: Store, graph: Subgraphed) -> None:
    await confirm(store, "4711")
    await confirm(store, "4711", plant="nice")
    ids = [order_id("4711", "nice"), "nonsense", lot_id("BREAD/L1"), order_id("9")]
    answer = await graph.join("Order", ids, "flow { confirmations }")
    assert answer["data"]["_entities"] == [None, None, None, {"flow": None}]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]


async def test_without_the_scope_there_is_nothing(store: Store, graph: Subgraphed) -> None:
    await confirm(store, "4711")
    answer = await graph.join("Order", [order_id("4711")], FLOW, token=mint(scope="mes:read"))
    assert answer["data"]["_entities"] == [None]
    assert codes(answer) == [("scope_required", "")]


async def test_the_running_service_tells_it(rig: ProcessRig) -> None:
    await rig.start()
    await rig.tell("mes", ("lyon/4711", confirmed("4711", 1, "60")))
    await until(lambda: len(rig.peers.erp.order) == 1 and rig.open() == 0)
    url = f"http://127.0.0.1:{rig.programs[0].port('graph')}/graphql"
    async with aiohttp.ClientSession() as http:
        graph = Subgraphed(http, url, "")
        answer = await graph.join("Order", [order_id("4711")], FLOW, token=rig.token)
    [found] = answer["data"]["_entities"]
    assert found["flow"]["waiting"] == {"value": "60", "unit": "KGM"}
    assert "I-L-4711: lot L-4711 waits for a disposition" in found["flow"]["blockedBecause"]
