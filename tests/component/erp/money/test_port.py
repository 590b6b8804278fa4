"""The journal as people see it, with and without the right to see costs."""

from typing import Any

import pytest
from google.protobuf.message import Message
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1 import money_pb2 as pb
from plantmesh.erp.v1.money_pb2_grpc import MoneyServiceStub

from services.erp.graph import SCHEMA
from services.erp.store import sql_books
from services.kit.errors import DeniedError, InvalidError
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.erp.money.books import STORY, Warehouse, moved
from tests.component.kit.rpc.desk import Given, mint
from tests.subgraph import order_id, serving


def finance(server: RpcServer, scope: str, **claims: Any) -> MoneyServiceStub:
    """The service, asked with these scopes."""
    peer = Peer(f"127.0.0.1:{server.port}", Given(mint(scope=scope, **claims)))
    return MoneyServiceStub(peer.channel)


async def test_the_journal_over_the_port_with_and_without_the_right_to_see_costs(
    store: Store, warehouse: Warehouse, server: RpcServer
) -> None:
    await warehouse.tell(*STORY, moved("ISSUE_TO_ORDER", "g-1", item_no="gold"))
    await warehouse.booked(6)
    sees, blind = finance(server, "erp:read erp:cost"), finance(server, "erp:read")
    both = [OrderKey(plant="lyon", order_no=no) for no in ("4711", "4712")]
    request = pb.BatchGetOrderCostsRequest(orders=both)
    first, second = (await sees.BatchGetOrderCosts(request)).costs
    assert (first.wip, first.variance, first.currency, first.parked) == ("45.16", "0.00", "EUR", 1)
    assert (second.wip, second.currency, second.withheld) == ("", "", False)
    hidden = (await blind.BatchGetOrderCosts(request)).costs
    assert [pb.OrderCost(order=one.order, withheld=True) for one in hidden] == list(hidden)

    wanted = pb.ListEntriesRequest(plant="lyon", order_no="4711", account="A-wip")
    wanted.page.size = 1
    shown = await sees.ListEntries(wanted)
    wanted.page.cursor = shown.page.end_cursor
    rest = await sees.ListEntries(wanted)
    assert [one.reference for one in (*shown.entries, *rest.entries)] in (
        ["m-2", "m-3"],
        ["m-3", "m-2"],
    )
    assert not rest.page.has_more
    everything = pb.ListEntriesRequest(plant="lyon", since="2026-05-04", until="2026-05-04")
    told = await blind.ListEntries(everything)
    assert len(told.entries) == 6
    assert all(one.withheld and not line.amount for one in told.entries for line in one.lines)
    later = pb.ListEntriesRequest(plant="lyon", since="2026-05-05")
    assert not (await sees.ListEntries(later)).entries

    trial = (await sees.GetTrialBalance(pb.GetTrialBalanceRequest(plant="lyon"))).accounts
    assert {one.account: (one.debit, one.credit) for one in trial}["A-wip"] == ("80.16", "35.00")
    cents = [round(100 * (float(one.debit) - float(one.credit))) for one in trial]
    assert sum(cents) == 0
    masked = (await blind.GetTrialBalance(pb.GetTrialBalanceRequest(plant="lyon"))).accounts
    assert all(one.withheld and not one.debit and not one.credit for one in masked)

    parked = await blind.ListParkedDocuments(pb.ListParkedDocumentsRequest(plant="lyon"))
    assert [(one.reference, one.wants, one.owner) for one in parked.documents] == [
        ("g-1", "item/gold", "finance")
    ]
    everywhere = finance(server, "erp:read erp:cost", plants=["*"])
    assert not (await everywhere.RecountStockValues(pb.RecountStockValuesRequest())).drifts


async def test_nobody_sees_what_they_may_not(server: RpcServer) -> None:
    for stub in (
        finance(server, "mes:read"),
        finance(server, "erp:read erp:cost", plants=["oslo"]),
    ):
        calls: list[tuple[Any, Message]] = [
            (stub.ListEntries, pb.ListEntriesRequest(plant="lyon")),
            (stub.GetTrialBalance, pb.GetTrialBalanceRequest(plant="lyon")),
            (stub.ListParkedDocuments, pb.ListParkedDocumentsRequest(plant="lyon")),
            (stub.RecountStockValues, pb.RecountStockValuesRequest()),
        ]
        for call, request in calls:
            with pytest.raises(DeniedError):
                await call(request)
    wrong = pb.ListEntriesRequest(plant="lyon", since="2026-02-30")
    with pytest.raises(InvalidError) as refused:
        await finance(server, "erp:read").ListEntries(wrong)
    assert refused.value.field == "since"


async def test_the_graph_withholds_costs_and_says_so(store: Store, warehouse: Warehouse) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    parts = "cost { withheld currency wip variance usageVariance scrapVariance rounding parked }"
    async with serving(SCHEMA, store, {"books": sql_books()}, "erp:read") as graph:
        ids = [order_id("4711"), order_id("4712")]
        for one in await graph.parts("Order", ids, parts):
            assert one["cost"].pop("withheld") is True
            assert not any(one["cost"].values())
        answer = await graph.join("Order", ids, parts, token=mint(scope="erp:read erp:cost"))
    first, second = (one["cost"] for one in answer["data"]["_entities"])
    assert first == {
        "withheld": False, "currency": "EUR", "wip": "45.16", "variance": "0.00",
        "usageVariance": "0.00", "scrapVariance": "0.00", "rounding": "0.00", "parked": 0,
    }  # fmt: skip
    assert (second["withheld"], second["wip"], second["parked"]) == (False, None, 0)
