"""What the ERP subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.erp.application.accept_postings import accept_postings
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.graph import SCHEMA
from services.erp.store import sql_books
from services.kit.store import Store
from tests.component.erp.conftest import keep
from tests.component.kit.rpc.desk import mint
from tests.subgraph import Subgraphed, codes, lot_id, order_id, serving, statements
from tests.unit.erp.memory import order, posting

PARTS = """
id
commercial { orderNo itemNo quantity { value unit } lifecycle confirmation qualityHold system asOf }
postings {
  reference kind state system document reason attempts businessDate
  lines { itemNo lotNo lot { id } quantity { value unit } }
}
"""


@pytest.fixture
async def graph(store: Store) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    async with serving(SCHEMA, store, {"books": sql_books()}, "erp:read") as graph:
        yield graph


async def accept(store: Store, *order_nos: str) -> None:
    """A yield in lot L-7 of each order, queued for the ERP."""
    async with store.work():
        some = [
            posting(f"lyon/{number}/1/yield", order=OrderKey("lyon", number))
            for number in order_nos
        ]
        await accept_postings(sql_books(), some)


async def test_an_order_and_why_its_postings_wait(store: Store, graph: Subgraphed) -> None:
    await keep(store)
    await accept(store, "4711")
    async with store.work():
        await sql_books().postings.set_aside({LotKey("lyon", "widget", "L-7"): "is held by H-1"})
    [found] = await graph.parts("Order", [order_id("4711")], PARTS)
    assert found["commercial"] == {
        "orderNo": "4711",
        "itemNo": "widget",
        "quantity": {"value": "100", "unit": "KGM"},
        "lifecycle": "RELEASED",
        "confirmation": "NONE",
        "qualityHold": False,
        "system": "erp-1",
        "asOf": "2026-05-04T12:00:00+00:00",
    }
    assert found["postings"] == [
        {
            "reference": "lyon/4711/1/yield",
            "kind": "YIELD",
            "state": "HELD",
            "system": "erp-1",
            "document": None,
            "reason": "L-7 is held by H-1",
            "attempts": 0,
            "businessDate": "2026-05-04",
            "lines": [
                {
                    "itemNo": "widget",
                    "lotNo": "L-7",
                    "lot": {"id": lot_id("widget/L-7")},
                    "quantity": {"value": "40", "unit": "KGM"},
                }
            ],
        }
    ]


async def test_thirty_orders_take_a_statement_a_field(store: Store, graph: Subgraphed) -> None:
    numbers = [f"{n:03}" for n in range(30)]
    await keep(store, *(order(OrderKey("lyon", number)) for number in numbers))
    await accept(store, *numbers)
    ids = [order_id(number) for number in numbers]
    with statements() as asked:
        found = await graph.parts("Order", ids, PARTS)
    assert [one["id"] for one in found] == ids
    assert all(len(one["postings"]) == 1 for one in found)
    assert [one["commercial"]["orderNo"] for one in found] == numbers
    assert len(asked) == 2, asked


async def test_each_id_is_judged_alone(store: Store, graph: Subgraphed) -> None:
    await keep(store, order(), order(OrderKey("nice", "4711")))
    ids = [order_id("4711"), order_id("4711", "nice"), "nonsense", lot_id("a/b"), order_id("9")]
    answer = await graph.join("Order", ids, "commercial { orderNo } postings { reference }")
    seen, foreign, nonsense, lot, unknown = answer["data"]["_entities"]
    assert seen == {"commercial": {"orderNo": "4711"}, "postings": []}
    assert (foreign, nonsense, lot) == (None, None, None)
    assert unknown == {"commercial": None, "postings": []}
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]


async def test_without_the_scope_there_is_nothing(store: Store, graph: Subgraphed) -> None:
    await keep(store)
    token = mint(scope="mes:read")
    answer = await graph.join("Order", [order_id("4711")], "commercial { orderNo }", token=token)
    assert answer["data"]["_entities"] == [None]
    assert codes(answer) == [("scope_required", "")]
    answer = await graph.ask('{ orders(plant: "lyon") { edges { cursor } } }', token=token)
    assert answer["data"] == {"orders": None}
    assert codes(answer) == [("scope_required", "")]


LIST = """
query ($plant: String!, $first: Int! = 50, $after: String) {
  orders(plant: $plant, first: $first, after: $after) {
    edges { cursor node { id commercial { orderNo } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def test_a_plants_orders_page_by_page(store: Store, graph: Subgraphed) -> None:
    await keep(store, order(OrderKey("nice", "1")), *(order(OrderKey("lyon", n)) for n in "12345"))
    read: list[str] = []
    after, more = None, True
    while more:
        with statements() as asked:
            answer = await graph.ask(LIST, plant="lyon", first=2, after=after)
        page = answer["data"]["orders"]
        assert page["pageInfo"]["hasPreviousPage"] is bool(read)
        read += [edge["node"]["commercial"]["orderNo"] for edge in page["edges"]]
        assert page["edges"][0]["node"]["id"] == order_id(read[-len(page["edges"])])
        assert page["edges"][0]["cursor"] == page["pageInfo"]["startCursor"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert len(asked) == 2, asked
    assert read == list("12345")
    empty = await graph.ask(LIST, plant="lyon", after=after)
    assert empty["data"]["orders"]["edges"] == []
    assert empty["data"]["orders"]["pageInfo"]["endCursor"] is None


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"plant": "nice"}, ("foreign_plant", "plant")),
        ({"first": 201}, ("page_size", "first")),
        ({"first": 0}, ("page_size", "first")),
        ({"first": -1}, ("page_size", "first")),
        ({"after": "nonsense"}, ("bad_cursor", "after")),
    ],
)
async def test_a_list_is_refused_by_name(
    graph: Subgraphed, wrong: dict[str, Any], refused: tuple[str, str]
) -> None:
    answer = await graph.ask(LIST, **{"plant": "lyon", **wrong})
    assert answer["data"] == {"orders": None}
    assert codes(answer) == [refused]
