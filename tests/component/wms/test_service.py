"""What callers of wms and readers of its topic get."""

import asyncio
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.wms.v1 import wms_pb2

from services.kit.store import Row, Work
from services.wms.__main__ import TOPIC
from tests.component.kit.rpc.desk import mint
from tests.component.wms.messages import (
    hold,
    issue,
    kg,
    move,
    movement,
    of_lots,
    of_orders,
    output,
    receipt,
    stock,
)
from tests.component.wms.warehouse import STOREKEEPER, Warehouse, open_warehouse

BREAD = stock("BREAD/B1")


def words(balances: Any) -> list[str]:
    """Amount, lot and status of each."""
    names = [wms_pb2.StockStatus.Name(one.stock.status)[13:].lower() for one in balances]
    return [
        f"{one.quantity.value} {one.quantity.unit} {one.stock.item_no}/{one.stock.lot_no} {name}"
        for one, name in zip(balances, names, strict=True)
    ]


async def test_opening_stock_is_received_by_the_storekeeper_and_read_back(
    warehouse: Warehouse,
) -> None:
    keeper = mint(scope=STOREKEEPER, sub="storekeeper")
    salt = {"stock": stock("SALT/", "UNRESTRICTED", location="B-07")}
    await warehouse.ask(move(receipt("opening/1"), receipt("opening/2", "2.5", **salt)), keeper)
    everything = await warehouse.ask(wms_pb2.ListBalancesRequest(plant="lyon"), keeper)
    assert words(everything.balances) == [
        "10 KGM FLOUR/F1 unrestricted",
        "2.5 KGM SALT/ unrestricted",
    ]
    assert everything.balances[1].stock.location == "B-07"
    assert everything.balances[1].as_of.ToSeconds() > 0
    flour = await warehouse.ask(wms_pb2.ListBalancesRequest(plant="lyon", item_no="FLOUR"), keeper)
    assert words(flour.balances) == ["10 KGM FLOUR/F1 unrestricted"]


async def test_the_same_request_is_answered_again_and_moves_nothing(
    warehouse: Warehouse, database: str
) -> None:
    request = move(receipt(), issue())
    async with open_warehouse(database) as other:
        answers = await asyncio.gather(*((warehouse, other)[n % 2].ask(request) for n in range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert [(one.reference, one.replayed) for one in answers[0].results] == [
        ("r1", False),
        ("i1", False),
    ]
    again = await warehouse.ask(move(issue(), receipt("r2"), key="another"))
    assert [(one.reference, one.replayed) for one in again.results] == [("i1", True), ("r2", False)]
    assert await warehouse.told() == [f"lyon/FLOUR/F1 {one}" for one in ("r1", "i1", "r2")]


async def test_output_of_an_order_is_released_in_two_parts(warehouse: Warehouse) -> None:
    await warehouse.ask(move(output()))
    await warehouse.ask(
        move(
            movement("p1/yield/1/1", "RELEASE_FROM_QUALITY", "6", stock=BREAD),
            movement("p1/yield/1/2", "QUALITY_TO_BLOCKED", "4", stock=BREAD, reason="rework"),
        )
    )
    found = await warehouse.ask(of_orders("4711", "4712", "4711"))
    assert [one.order.order_no for one in found.orders] == ["4711", "4712"]
    assert words(found.orders[0].balances) == [
        "4 KGM BREAD/B1 blocked",
        "6 KGM BREAD/B1 unrestricted",
    ]
    assert not found.orders[1].balances


async def test_an_event_tells_the_movement_and_the_balances_it_left(warehouse: Warehouse) -> None:
    await warehouse.ask(move(output("p1", "10")))
    release = movement("q1", "RELEASE_FROM_QUALITY", "10", stock=BREAD)
    await warehouse.ask(move(release))
    _, (key, event) = await warehouse.events()
    assert key == "lyon/BREAD/B1"
    sent = move(release).movements[0]
    sent.stock.status = wms_pb2.STOCK_STATUS_QUALITY
    assert event.movement == sent
    assert words(event.balances) == ["0 KGM BREAD/B1 quality", "10 KGM BREAD/B1 unrestricted"]


async def test_a_copy_from_snapshots_and_events_equals_the_balances(warehouse: Warehouse) -> None:
    many = (receipt(f"r{n}", stock=stock(f"I/{n}", "QUALITY")) for n in range(40))
    await warehouse.ask(move(*many, key="many"))
    copy: dict[str, str] = {}
    async with warehouse.calling(mint(scope=STOREKEEPER, plants=["*"])) as calls:
        for partition in range(TOPIC.partitions):
            request = SnapshotRequest(topic=TOPIC.name, partition=partition)
            async for part in calls.snapshots.Snapshot(request):
                for packed in part.state:
                    balance = wms_pb2.Balance()
                    assert packed.Unpack(balance)
                    copy[str(balance.stock)] = balance.quantity.value
    assert len(copy) == 40
    await warehouse.ask(
        move(
            movement("q1", "RELEASE_FROM_QUALITY", "4", stock=stock("I/7")),
            movement("s1", "SCRAP", "10", stock=stock("I/8", "QUALITY"), reason="mouldy"),
        )
    )
    for _, event in (await warehouse.events())[40:]:
        copy |= {str(one.stock): one.quantity.value for one in event.balances}
    page = PageRequest(size=200)
    found = await warehouse.ask(wms_pb2.ListBalancesRequest(plant="lyon", page=page))
    kept = {str(one.stock): one.quantity.value for one in found.balances}
    assert kept == {key: value for key, value in copy.items() if value != "0"}


async def test_lots_show_their_holds(warehouse: Warehouse) -> None:
    answer = await warehouse.ask(hold())
    assert answer.hold_nos == ["H1"]
    await warehouse.ask(move(receipt()))
    found = await warehouse.ask(of_lots("FLOUR/F2", "FLOUR/F1"))
    assert [list(one.hold_nos) for one in found.lots] == [[], ["H1"]]
    assert words(found.lots[1].balances) == ["10 KGM FLOUR/F1 unrestricted"]
    await warehouse.ask(hold(version=2, active=False))
    await warehouse.ask(move(issue()))


async def test_movements_are_listed_as_they_were_sent(warehouse: Warehouse) -> None:
    sent = [receipt(f"r{n}", reason="opening") for n in range(5)]
    for one in sent:
        await warehouse.ask(move(one))
    listed, cursor, more = [], "", True
    while more:
        request = wms_pb2.ListMovementsRequest(
            plant="lyon", page=PageRequest(size=2, cursor=cursor)
        )
        answer = await warehouse.ask(request)
        listed += answer.movements
        cursor, more = answer.page.end_cursor, answer.page.has_more
    assert listed == [move(one).movements[0] for one in sent]
    assert MessageToDict(listed[0])["quantity"] == kg("10")
    keys = [{"plant": "lyon", "reference": name} for name in ("r3", "none", "r1", "r3")]
    found = await warehouse.ask(ParseDict({"keys": keys}, wms_pb2.BatchGetMovementsRequest()))
    assert list(found.movements) == [listed[3], listed[1]]
    assert [key.reference for key in found.missing] == ["none"]


async def test_a_lenient_plant_issues_ahead_of_receipts(database: str) -> None:
    async with open_warehouse(database, lenient=["lyon"]) as warehouse:
        await warehouse.ask(move(issue()))
        found = await warehouse.ask(of_lots("FLOUR/F1"))
    assert words(found.lots[0].balances) == ["-10 KGM FLOUR/F1 unrestricted"]


async def test_a_request_costs_as_many_statements_for_500_movements_as_for_one(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked = Work.sql, 0

    async def counted(work: Work, *of: Any) -> list[Row]:
        nonlocal asked
        asked += 1
        return await run(work, *of)

    monkeypatch.setattr(Work, "sql", counted)
    costs = []
    for size in (1, 500):
        asked = 0
        many = [receipt(f"{size}/{n}", stock=stock(f"I{n}/L", "QUALITY")) for n in range(size)]
        await warehouse.ask(move(*many, key=f"{size} of them"))
        costs.append(asked)
    assert costs[0] == costs[1] <= 17
    for size in (1, 500):
        asked = 0
        await warehouse.ask(of_lots(*(f"I{n}/L" for n in range(size))))
        costs.append(asked)
    assert costs[2:] == [2, 2]


@pytest.mark.parametrize(
    ("scope", "shown"),
    [("wms:read", False), ("wms:read mes:recall", True), ("wms:read erp:commercial", True)],
)
async def test_who_stock_went_to_is_told_to_who_may_know(
    warehouse: Warehouse, scope: str, shown: bool
) -> None:
    """In lists and by reference; others see that it is withheld, and everything else."""
    place, acme = stock(status="UNRESTRICTED"), {"customer": "ACME", "sales_order_no": "S-1"}
    sold = movement("d1", "ISSUE_TO_DELIVERY", "4", stock=place, shipped_to=acme)
    await warehouse.ask(move(receipt(), {**sold, "delivery_no": "80001/10"}))
    token = mint(scope=scope)
    listed = await warehouse.ask(wms_pb2.ListMovementsRequest(plant="lyon"), token)
    wanted = [wms_pb2.MovementKey(plant="lyon", reference=name) for name in ("r1", "d1")]
    found = await warehouse.ask(wms_pb2.BatchGetMovementsRequest(keys=wanted), token)
    for received, left in (listed.movements, found.movements):
        assert not received.HasField("shipped_to")
        assert left.shipped_to == wms_pb2.ShippedTo(
            customer="ACME" if shown else "", sales_order_no="S-1", withheld=not shown
        )
    # Whoever follows the stream does so as a service.
    (_, _), (_, event) = await warehouse.events()
    assert event.movement.shipped_to.customer == "ACME"
