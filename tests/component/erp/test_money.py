"""Movements become entries in PostgreSQL: once over any death, for ever, and shown by right."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from google.protobuf.message import Message
from plantmesh.common.v1.keys_pb2 import OrderKey
from plantmesh.erp.v1 import money_pb2 as pb
from plantmesh.erp.v1.money_pb2_grpc import MoneyServiceStub
from plantmesh.wms.v1.events_pb2 import StockMoved
from redis.asyncio import Redis

from services.erp import consumers
from services.erp.application.settle_orders import settle_orders
from services.erp.domain import keys
from services.erp.domain.order import Lifecycle, News, Status
from services.erp.domain.posting import Kind, Line
from services.erp.graph import SCHEMA
from services.erp.store import sql_books
from services.erp.store.finance import sql_accounts
from services.erp.store.parked import Releases
from services.kit.checkpoint import observe
from services.kit.clock import ManualClock
from services.kit.errors import DeniedError, InvalidError
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.erp.books_of_account import (
    Warehouse,
    ask,
    balances,
    moved,
    movements,
    owner,
    put_accounts,
    put_costs,
)
from tests.component.kit.rpc.desk import Given, mint
from tests.servers import PostgresServer, ValkeyServer
from tests.subgraph import order_id, serving
from tests.unit.erp.memory import NOON, kg, order, posting

ORDER = keys.OrderKey("lyon", "4711")
CLOCK = ManualClock(NOON)
STORY = [
    moved("RECEIPT_PURCHASE", "m-1", "100"),
    moved("ISSUE_TO_ORDER", "m-2", "40"),
    moved("RECEIPT_PRODUCTION", "m-3", "7", item_no="widget"),
    moved("BLOCK", "m-4", "5"),
    moved("SCRAP", "m-5", "1.005"),
    moved("REVERSAL", "m-6", "1.005", reverses="m-5"),
]
BOOKED = {"A-grir": -20040, "A-stock": 12024 + 3500, "A-wip": 8016 - 3500}


class Death(BaseException):
    """What a kill looks like from inside."""


@pytest.fixture
async def warehouse(
    store: Store, postgres: PostgresServer, fresh_valkey: ValkeyServer
) -> AsyncIterator[Warehouse]:
    """Steel costs 2.004, a widget 5, and every role has its account."""
    await put_costs(store, steel="2.004", widget="5")
    await put_accounts(store)
    wms = owner(postgres.dsn("wms", prepared_by=lambda url: migrate("kit", url)))
    async with Redis.from_url(fresh_valkey.url) as redis:
        yield Warehouse(wms, store, redis)
    await wms.close()


async def close_order(store: Store, lifecycle: Lifecycle = Lifecycle.CLOSED) -> None:
    """As its ERP says."""
    async with store.work():
        await sql_books().orders.put(order(status=Status(lifecycle)), News.CHANGED)


async def settle(store: Store) -> None:
    async with store.work():
        await settle_orders(sql_accounts(), {ORDER}, CLOCK)


async def release(store: Store) -> None:
    """A round of what waits."""
    await Releases(store, sql_accounts(), CLOCK).round()


async def test_a_days_movements_on_their_way_through_the_broker(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    assert await balances(store) == BOOKED
    async with store.work():
        assert not await sql_accounts().reports.recount()


@pytest.mark.parametrize(
    "name", ["consumer.before_apply", "consumer.mid_batch", "consumer.after_commit"]
)
async def test_whoever_dies_at_any_moment_books_once(
    store: Store, warehouse: Warehouse, name: str
) -> None:
    await warehouse.tell(*STORY)
    died = False

    def strike(at: str) -> None:
        nonlocal died
        if at == name and not died:
            died = True
            raise Death

    observe(strike)
    try:
        with pytest.raises(Death):
            await warehouse.booked(6)
    finally:
        observe(lambda _: None)
    await warehouse.booked(6)
    assert await balances(store) == BOOKED
    assert not await ask(store, "SELECT 1 FROM parked_key")


async def test_an_event_that_is_told_twice_is_booked_once(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(STORY[0], STORY[0])
    await warehouse.tell(STORY[0], STORY[1])
    await warehouse.booked(2)
    assert (await balances(store))["A-grir"] == -20040


async def test_the_database_refuses_to_change_the_journal(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(STORY[0])
    await warehouse.booked(1)
    for change in (
        "UPDATE journal_line SET amount = 1",
        "DELETE FROM journal_line",
        "DELETE FROM journal_entry",
        "TRUNCATE journal_line",
        "UPDATE journal_entry SET order_no = 'other'",
    ):
        with pytest.raises(psycopg.errors.RaiseException, match="stays as it was booked"):
            await ask(store, change)
    unbalanced = (
        "INSERT INTO journal_line SELECT id, 9, 'lyon', 'x', 'stock', 1, 0, '', 0"
        " FROM journal_entry"
    )
    with pytest.raises(psycopg.errors.RaiseException, match="debit is not credit"):
        await ask(store, unbalanced)


async def test_a_recount_finds_a_changed_stock_value(store: Store, warehouse: Warehouse) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    await ask(store, "UPDATE stock_value SET posted = posted + 1 WHERE item_no = 'widget'")
    async with store.work():
        [drift] = await sql_accounts().reports.recount()
    assert drift == ("lyon", "widget", "A-stock", "EUR")


async def test_a_missing_cost_and_a_missing_account_stop_their_own_documents(
    store: Store, warehouse: Warehouse
) -> None:
    gold = [
        moved("ISSUE_TO_ORDER", "g-1", "3", item_no="gold"),
        moved("REVERSAL", "g-2", "3", item_no="gold", reverses="g-1", order_no="4711"),
        moved("ISSUE_TO_ORDER", "g-3", "3", item_no="gold"),
    ]
    await warehouse.tell(*gold, *STORY)
    await warehouse.booked(6)
    assert await balances(store) == BOOKED, "nothing else of the order waits"
    rows = await ask(store, "SELECT reference, code, wants FROM parked_document ORDER BY 1")
    assert rows == [
        ("g-1", "unknown_item", "item/gold"),
        ("g-2", "original_waits", "movement/lyon/g-1"),
        ("g-3", "unknown_item", "item/gold"),
    ]
    await release(store)
    assert await movements(store) == 6
    await put_costs(store, gold="1000")
    await release(store)
    assert await movements(store) == 9
    assert (await balances(store))["A-wip"] == BOOKED["A-wip"] + 300000
    assert not await ask(store, "SELECT 1 FROM parked_document")


async def test_an_account_that_is_approved_lets_its_documents_go(
    store: Store, postgres: PostgresServer, fresh_valkey: ValkeyServer
) -> None:
    await put_costs(store, steel="2")
    await put_accounts(store, "stock", "wip", "rounding")
    wms = owner(postgres.dsn("wms", prepared_by=lambda url: migrate("kit", url)))
    async with Redis.from_url(fresh_valkey.url) as redis:
        here = Warehouse(wms, store, redis)
        await here.tell(STORY[0], STORY[1])
        await here.booked(1)
    await wms.close()
    rounds = Releases(store, sql_accounts(), CLOCK)
    await rounds.round()
    assert await movements(store) == 1
    [(wants,)] = await ask(store, "SELECT wants FROM parked_document")
    assert wants == "account/lyon/grir/RAW"
    await put_accounts(store, "grir/RAW")
    await rounds.round()
    assert await balances(store) == {"A-grir/RAW": -20000, "A-stock": 12000, "A-wip": 8000}


async def test_a_closed_order_has_no_wip_and_settles_again_what_comes_late(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(*STORY)
    await warehouse.booked(6)
    await settle(store)
    assert (await balances(store))["A-wip"] == BOOKED["A-wip"], "it is open"
    scrap = posting("s-1", kind=Kind.SCRAP, lines=(Line("widget", kg("2"), "L-7"),))
    async with store.work():
        await sql_books().postings.accept("erp-1", scrap)
    await close_order(store)
    await settle(store)
    await settle(store)
    now = await balances(store)
    assert "A-wip" not in now
    assert (now["A-scrap_variance"], now["A-usage_variance"]) == (1000, 3516)
    await warehouse.tell(moved("ISSUE_TO_ORDER", "late", "1"))
    await warehouse.booked(7)
    now = await balances(store)
    assert "A-wip" not in now
    assert (now["A-scrap_variance"], now["A-usage_variance"]) == (1000, 3716)
    rows = await ask(store, "SELECT reference FROM journal_entry WHERE kind = 'settlement'")
    assert rows == [("4711/1",), ("4711/2",)]


async def test_consigned_goods_stay_theirs_when_they_are_moved_about(
    store: Store, warehouse: Warehouse
) -> None:
    await warehouse.tell(
        moved("RECEIPT_PURCHASE", "c-1", "4", owner="sup-1"),
        moved("TRANSFER_LOCATION", "c-2", "4", owner="sup-1"),
        moved("TAKE_OVER", "c-3", "1", owner="sup-1"),
    )
    await warehouse.booked(3)
    assert await balances(store) == {"A-grir": -200, "A-stock": 200}


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


def test_the_consumer_is_waited_for_before_anything_is_trimmed() -> None:
    """Its name stands where the owners of both topics look."""
    from services.erp.settings import ErpSettings
    from services.wms.__main__ import SUBSCRIBERS

    assert consumers.MONEY in SUBSCRIBERS
    assert consumers.MONEY in ErpSettings.model_fields["subscribers"].default


def test_what_it_reads_is_what_wms_tells() -> None:
    assert consumers.money().find(StockMoved.DESCRIPTOR.full_name.encode())
