"""What the quality subgraph tells, to whom, and how many statements that takes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from services.kit.clock import SystemClock
from services.quality.domain.disposition import Outcome
from services.quality.domain.hold import Block
from services.quality.domain.scope import name_of
from services.quality.graph import SCHEMA
from services.quality.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.quality.laboratory import Laboratory
from tests.subgraph import (
    WRONG_PAGES,
    Subgraphed,
    check_refused,
    codes,
    lot_id,
    order_id,
    serving,
    statements,
)
from tests.unit.quality.samples import BREAD, WATER, applied, decision, hold, output
from tests.unit.quality.use_cases.scopes import SCOPES, on
from tests.unit.quality.use_cases.steps import decide, introduce, place, release, report, submit

PART = "splitNo outcome quantity { value unit } reason decidedBy"
INSPECTION = f"""
inspectionNo state lot {{ id }} order {{ id }} submitted {{ value unit }} undecided {{ value }}
measured failed dispositions {{ inspectionNo {PART} }}
"""
HOLD = "holdNo state reason placedBy covered lots { id } releaseReason releasedBy"
ORDER = f"id inspections {{ {INSPECTION} }} holds {{ {HOLD} }}"
LOT = f"""
id
quality {{ status inspections {{ inspectionNo }} dispositions {{ {PART} }} holds {{ {HOLD} }} }}
"""


@pytest.fixture
async def graph(laboratory: Laboratory) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon."""
    await introduce(laboratory, BREAD, WATER)
    ports = {"books": open_books(SystemClock())}
    async with serving(SCHEMA, laboratory.store, ports, "quality:read") as graph:
        yield graph


async def test_an_order_inspected_decided_in_part_and_held(
    laboratory: Laboratory, graph: Subgraphed
) -> None:
    await submit(laboratory, output())
    await decide(laboratory, decision("IL-1", "40"))
    await place(laboratory, hold())
    [found] = await graph.parts("Order", [order_id("4711")], ORDER)
    part = {
        "splitNo": 1,
        "outcome": "ACCEPT",
        "quantity": {"value": "40", "unit": "KGM"},
        "reason": None,
        "decidedBy": "inspector",
    }
    assert found["inspections"] == [
        {
            "inspectionNo": "IL-1",
            "state": "CREATED",
            "lot": {"id": lot_id("BREAD/L1")},
            "order": {"id": order_id("4711")},
            "submitted": {"value": "100", "unit": "KGM"},
            "undecided": {"value": "60"},
            "measured": 0,
            "failed": 0,
            "dispositions": [{"inspectionNo": "IL-1", **part}],
        }
    ]
    held = {
        "holdNo": "H1",
        "state": "BEING_APPLIED",
        "reason": "glass",
        "placedBy": "inspector",
        "covered": 1,
        "lots": [{"id": lot_id("BREAD/L1")}],
        "releaseReason": None,
        "releasedBy": None,
    }
    assert found["holds"] == [held]
    await release(laboratory, "H1")
    [lot] = await graph.parts("Lot", [lot_id("BREAD/L1")], LOT)
    ending = {"state": "BEING_LIFTED", "releaseReason": "false alarm", "releasedBy": "inspector"}
    assert lot["quality"] == {
        "status": "BLOCKED",
        "inspections": [{"inspectionNo": "IL-1"}],
        "dispositions": [part],
        "holds": [{**held, **ending}],
    }


async def test_a_lot_without_inspection_is_released(
    laboratory: Laboratory, graph: Subgraphed
) -> None:
    await submit(laboratory, output(lot="WATER/W1"), output("s2", order_no="", lot="BREAD/L2"))
    await decide(laboratory, decision("IL-1", "100", Outcome.SCRAP))
    ids = [lot_id(name) for name in ("WATER/W1", "BREAD/L2", "NO/ONE")]
    lots = await graph.parts("Lot", ids, "quality { status inspections { order { id } } }")
    assert [one["quality"] for one in lots] == [
        {"status": "RELEASED", "inspections": []},
        {"status": "BLOCKED", "inspections": [{"order": None}]},
        None,
    ]


async def test_more_entities_take_no_more_statements(
    laboratory: Laboratory, graph: Subgraphed
) -> None:
    numbers = [str(n) for n in range(30)]
    await submit(
        laboratory,
        *(output(f"s{n}", lot=f"BREAD/L{n}", order_no=n) for n in numbers),
    )
    await place(laboratory, *(hold(f"H{n}", f"BREAD/L{n}") for n in numbers))
    with statements() as asked:
        orders = await graph.parts("Order", [order_id(n) for n in numbers], ORDER)
    assert all(len(one["inspections"]) == len(one["holds"]) == 1 for one in orders)
    # each field: lots made; inspections and dispositions, or holds and the lots they name
    assert len(asked) == 6, asked
    with statements() as asked:
        lots = await graph.parts("Lot", [lot_id(f"BREAD/L{n}") for n in numbers], LOT)
    assert {one["quality"]["status"] for one in lots} == {"BLOCKED"}
    # inspections, dispositions, holds, the lots they name, what was excused, what was judged
    assert len(asked) == 6, asked


async def test_each_id_is_judged_alone(laboratory: Laboratory, graph: Subgraphed) -> None:
    await submit(laboratory, output())
    ids = [order_id("4711", "nice"), "nonsense", lot_id("BREAD/L1"), order_id("9")]
    answer = await graph.join("Order", ids, ORDER)
    unknown = {"id": order_id("9"), "inspections": [], "holds": []}
    assert answer["data"]["_entities"] == [None, None, None, unknown]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]
    ids = [lot_id("BREAD/L1", "nice"), lot_id("BREAD"), order_id("1"), lot_id("NO/ONE")]
    answer = await graph.join("Lot", ids, LOT)
    assert answer["data"]["_entities"] == [
        None,
        None,
        None,
        {"id": lot_id("NO/ONE"), "quality": None},
    ]
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id"), ("bad_id", "id")]


async def test_without_the_scope_there_is_nothing(
    laboratory: Laboratory, graph: Subgraphed
) -> None:
    await submit(laboratory, output())
    token = mint(scope="mes:read")
    for kind, id in (("Order", order_id("4711")), ("Lot", lot_id("BREAD/L1"))):
        answer = await graph.join(kind, [id], "id", token=token)
        assert answer["data"]["_entities"] == [None]
        assert codes(answer) == [("scope_required", "")]


LIST = """
query ($plant: String! = "lyon", $first: Int! = 50, $after: String) {
  inspections(plant: $plant, first: $first, after: $after) {
    edges { node { inspectionNo } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def test_a_plants_inspections_page_by_page(laboratory: Laboratory, graph: Subgraphed) -> None:
    await submit(laboratory, *(output(f"s{n}", lot=f"BREAD/L{n}") for n in range(3)))
    read: list[str] = []
    after, more = None, True
    while more:
        page = (await graph.ask(LIST, first=2, after=after))["data"]["inspections"]
        read += [edge["node"]["inspectionNo"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert read == ["IL-1", "IL-2", "IL-3"]


@WRONG_PAGES
async def test_a_list_is_refused_by_name(
    graph: Subgraphed, wrong: dict[str, Any], refused: tuple[str, str]
) -> None:
    await check_refused(graph, LIST, wrong, refused)


async def test_a_plants_holds_say_what_they_stop(laboratory: Laboratory, graph: Subgraphed) -> None:
    await submit(laboratory, output())
    await place(laboratory, hold(), replace(hold("H2"), blocks=(Block.SHIP, Block.MOVE)))
    query = """query ($after: String) { holds(plant: "lyon", first: 1, after: $after) {
      edges { node { holdNo blocks } } pageInfo { endCursor } } }"""
    page = (await graph.ask(query))["data"]["holds"]
    assert page["edges"] == [{"node": {"holdNo": "H1", "blocks": []}}]
    rest = (await graph.ask(query, after=page["pageInfo"]["endCursor"]))["data"]["holds"]
    assert rest["edges"] == [{"node": {"holdNo": "H2", "blocks": ["MOVE", "SHIP"]}}]


async def test_a_hold_says_what_it_was_placed_on_and_for_how_long_it_has_been(
    laboratory: Laboratory, graph: Subgraphed
) -> None:
    await laboratory.hear_of(*(name_of(scope, "lyon").name for scope in SCOPES))
    orders = [on(scope, f"H{n}") for n, scope in enumerate(SCOPES)]
    await place(laboratory, *orders, hold("H9"))
    await report(laboratory, applied("BREAD/L1", "BREAD/L2", hold_no="H0"))
    query = """{ holds(plant: "lyon") { edges { node { holdNo covered age placedBy reason scope {
      __typename ... on OrderScope { order { id } } ... on ItemScope { itemNo firstDay lastDay }
      ... on EquipmentScope { equipment startsAt endsAt }
      ... on SupplierLotScope { party supplierLot } } } } } }"""
    found = [one["node"] for one in (await graph.ask(query))["data"]["holds"]["edges"]]
    assert [one["scope"] for one in found] == [
        {"__typename": "OrderScope", "order": {"id": order_id("4711")}},
        {
            "__typename": "ItemScope",
            "itemNo": "BREAD",
            "firstDay": "2026-05-04",
            "lastDay": "2026-05-04",
        },
        {"__typename": "ItemScope", "itemNo": "BREAD", "firstDay": "2900-01-01", "lastDay": None},
        {
            "__typename": "EquipmentScope",
            "equipment": "lyon/hall/oven",
            "startsAt": "2026-05-04T12:00:00+00:00",
            "endsAt": "2026-05-04T14:00:00+00:00",
        },
        {
            "__typename": "EquipmentScope",
            "equipment": "lyon/hall/oven",
            "startsAt": "2900-01-01T00:00:00+00:00",
            "endsAt": None,
        },
        {"__typename": "SupplierLotScope", "party": "MILL", "supplierLot": "M-7"},
        None,
    ]
    assert [one["covered"] for one in found] == [2, 0, 0, 0, 0, 0, 1]
    assert {one["placedBy"] for one in found} == {"inspector"}
    assert all(0 <= one["age"] < 60 for one in found)
    async with laboratory.store.work() as work:
        await work.sql("UPDATE hold SET placed_at = placed_at - interval '1 hour'")
    await release(laboratory, "H0")
    async with laboratory.store.work() as work:
        await work.sql(
            "UPDATE hold SET released_at = placed_at + interval '90 s' WHERE hold_no = 'H0'"
        )
    found = [one["node"] for one in (await graph.ask(query))["data"]["holds"]["edges"]]
    assert found[0]["age"] == 90
    assert 3600 <= found[1]["age"] < 3660


async def test_the_lots_of_a_hold_are_capped_too(laboratory: Laboratory, graph: Subgraphed) -> None:
    await submit(laboratory, output())
    await place(laboratory, hold())
    answer = await graph.join(
        "Order", [order_id("4711")], "holds { holdNo lots(first: 201) { id } }"
    )
    assert answer["data"]["_entities"] == [{"holds": [{"holdNo": "H1", "lots": None}]}]
    assert codes(answer) == [("page_size", "first")]
