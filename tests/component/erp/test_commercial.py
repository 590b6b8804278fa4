"""Sales and purchase orders of a real ledger: polled, stored, told, and read on every channel."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace as put
from plantmesh.common.v1.keys_pb2 import LotKey
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.erp.v1 import commercial_pb2 as pb
from plantmesh.erp.v1 import orders_pb2
from plantmesh.erp.v1.commercial_pb2_grpc import PurchaseOrderServiceStub, SalesOrderServiceStub
from plantmesh.erp.v1.events_pb2 import PurchaseOrderChanged, SalesOrderChanged

from services.erp.adapters.poller import Poller
from services.erp.application.take_commercial import take_commercial
from services.erp.domain.codes import Code
from services.erp.domain.keys import CommercialKey, Trade
from services.erp.domain.order import SalesLine
from services.erp.graph import SCHEMA
from services.erp.store import sql_books
from services.erp.store.waiting import SqlWaitings
from services.kit.errors import DeniedError, InvalidError, NotFoundError
from services.kit.ids import GraphId
from services.kit.lanes.systems import System
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.erp.conftest import (
    SCOPES,
    TOPIC,
    Stubs,
    ask,
    calling,
    events,
    keep,
    set_up,
)
from tests.component.kit.rpc.desk import mint
from tests.copies import put_codes
from tests.subgraph import Subgraphed, codes, lot_id, order_id, serving, statements
from tests.unit.erp.memory import order as production
from tests.unit.erp.memory_commercial import CODES, NOON, TUESDAY, line, paper
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Due, Lot, Order, TradeLine
from tools.simulators.ledger.papers import Trade as Paper

SEES = f"{SCOPES} erp:commercial"
TEN = Decimal(10)
WIDGETS = TradeLine(
    line=10,
    item="widget",
    quantity=TEN,
    unit="KG",
    schedule=(Due(TEN, TEN, NOON + timedelta(hours=10, minutes=30), TUESDAY),),
    lots=(Lot("L-7", Decimal(4), "KG"),),
    ship_to="C-2",
    price="25.50",
    per=TEN,
)
SALE = Paper("sales", "arles", "", "C-1", ("OPEN", "PART"), (WIDGETS,), reference="their-1")
PURCHASE = Paper(
    "purchase", "arles", "", "C-1", ("SENT",), (put(WIDGETS, ship_to="171A", lots=()),)
)


@pytest.fixture(autouse=True)
async def mapped(store: Store) -> None:
    """The codes of customers and of their orders."""
    async with store.work():
        await put_codes("erp-1", CODES)


async def take(store: Store, trade: Trade, *numbers: str, **change: Any) -> None:
    """Orders as the poller would store them."""
    async with store.work():
        for order_no in numbers:
            said = paper(order_no=order_no, **change)
            await take_commercial(trade, sql_books(), "erp-1", said)


async def told(store: Store) -> list[SalesOrderChanged | PurchaseOrderChanged]:
    """Of sales and purchase orders, oldest first."""
    kinds = SalesOrderChanged | PurchaseOrderChanged
    return [event for event in await events(store) if isinstance(event, kinds)]


# --- from the ledger


@pytest.fixture
async def trader(store: Store, system: System) -> System:
    """Of a plant of its own: the ledger is others' too."""
    row = replace(system, plants=("arles",))
    await set_up(store, row, CODES)
    return row


async def test_traded_orders_are_polled_stored_and_told_once(
    store: Store, trader: System, ledger: Client, poller: Poller, order: Order
) -> None:
    await ledger.put_trade(put(SALE, order=order.order))
    await ledger.put_trade(put(PURCHASE, order=order.order))
    for _ in range(2):
        await poller.round()
    sold, bought = [
        event.order for event in await told(store) if order.order in str(event.order.key)
    ]
    assert isinstance(sold, pb.SalesOrder)
    assert isinstance(bought, pb.PurchaseOrder)
    assert (sold.customer, sold.delivery) == ("acme", orders_pb2.EXTENT_PARTIAL)
    [due] = sold.lines[0].schedule
    assert due.requested == due.promised == "2026-05-05", "the day it was at the plant"
    assert sold.allocated == orders_pb2.EXTENT_PARTIAL
    assert bought.lines[0].ship_to == "lyon/store"
    kinds = await ask(
        store,
        "SELECT kind FROM raw_input WHERE external_id = %s ORDER BY 1",
        f"arles/{order.order}",
    )
    assert kinds == [("purchase_order",), ("sales_order",)]
    await ledger.put_trade(put(SALE, order=order.order, status=("OPEN",)))
    await poller.round()
    assert [one.order.key for one in await told(store)][-1] == sold.key


async def test_only_the_order_with_an_unmapped_code_waits_until_it_is_mapped(
    store: Store, trader: System, ledger: Client, poller: Poller, order: Order
) -> None:
    strange, number = f"C-{order.order}", order.order
    await ledger.put_trade(put(SALE, order=f"{number}a", partner=strange))
    await ledger.put_trade(put(SALE, order=f"{number}b"))
    await poller.round()
    stored = "SELECT order_no, partner FROM commercial_order WHERE order_no LIKE %s ORDER BY 1"
    assert await ask(store, stored, f"{number}%") == [(f"{number}b", "acme")]
    async with store.work():
        [waiting] = [
            one for one in await SqlWaitings().orders(trader.id) if one.question.code == strange
        ]
    assert (waiting.kind, waiting.key) == ("sales_order", f"arles/{number}a")
    assert waiting.question.kind == "party"
    async with store.work():
        await put_codes(trader.id, [Code("party", strange, "acme-south")])
    await poller.round()
    assert await ask(store, stored, f"{number}a") == [(f"{number}a", "acme-south")]


async def test_more_lots_than_the_line_leave_no_trace_but_the_raw_input(
    store: Store, trader: System, ledger: Client, poller: Poller, order: Order
) -> None:
    greedy = put(WIDGETS, lots=(Lot("L-7", Decimal(6), "KG"), Lot("L-8", Decimal(5), "KG")))
    await ledger.put_trade(put(SALE, order=order.order, lines=(greedy,)))
    await poller.round()
    refused = "SELECT state, code, field FROM raw_input WHERE external_id = %s AND kind = %s"
    assert await ask(store, refused, f"arles/{order.order}", "sales_order") == [
        ("failed", "over_allocated", "lines[0].allocations")
    ]
    for table in ("commercial_order", "lot_allocation"):
        rows = await ask(store, f"SELECT 1 FROM {table} WHERE order_no = %s", order.order)
        assert rows == []


# --- over gRPC


class Trading(Stubs):
    """The calls of both trades."""

    def __post_init__(self) -> None:
        """One channel for all."""
        super().__post_init__()
        self.sales = SalesOrderServiceStub(self.peer.channel)
        self.purchases = PurchaseOrderServiceStub(self.peer.channel)


async def trading(server: RpcServer, scope: str) -> AsyncIterator[Trading]:
    """Called by somebody in lyon."""
    async with calling(server.port, mint(scope=scope)) as stubs:
        yield Trading(stubs.peer)


@pytest.fixture
async def seeing(server: RpcServer) -> AsyncIterator[Trading]:
    """Somebody who may see prices and customers."""
    async for one in trading(server, SEES):
        yield one


@pytest.fixture
async def blind(server: RpcServer) -> AsyncIterator[Trading]:
    """Somebody who may not."""
    async for one in trading(server, SCOPES):
        yield one


def sales_key(order_no: str, plant: str = "lyon") -> pb.SalesOrderKey:
    return pb.SalesOrderKey(plant=plant, order_no=order_no)


def purchase_key(po_no: str, plant: str = "lyon") -> pb.PurchaseOrderKey:
    return pb.PurchaseOrderKey(plant=plant, po_no=po_no)


async def test_orders_are_read_singly_in_batches_and_in_pages(
    store: Store, seeing: Trading
) -> None:
    await take(store, Trade.SALES, *"123")
    await take(store, Trade.PURCHASE, *"12", lines=(line(ship_to=""),), statuses=("SENT",))
    one = await seeing.sales.GetSalesOrder(pb.GetSalesOrderRequest(key=sales_key("2")))
    batch = await seeing.sales.BatchGetSalesOrders(
        pb.BatchGetSalesOrdersRequest(keys=[sales_key("2"), sales_key("9")])
    )
    assert list(batch.orders) == [one.order]
    assert list(batch.missing) == [sales_key("9")]
    assert one.order.lines[0].price.amount == "25.50"
    page = await seeing.sales.ListSalesOrders(
        pb.ListSalesOrdersRequest(plant="lyon", page={"size": 2})
    )
    rest = await seeing.sales.ListSalesOrders(
        pb.ListSalesOrdersRequest(plant="lyon", page={"cursor": page.page.end_cursor})
    )
    assert [order.key.order_no for order in (*page.orders, *rest.orders)] == list("123")
    bought = await seeing.purchases.GetPurchaseOrder(
        pb.GetPurchaseOrderRequest(key=purchase_key("1"))
    )
    some = await seeing.purchases.BatchGetPurchaseOrders(
        pb.BatchGetPurchaseOrdersRequest(keys=[purchase_key("1"), purchase_key("3")])
    )
    all_ = await seeing.purchases.ListPurchaseOrders(pb.ListPurchaseOrdersRequest(plant="lyon"))
    assert list(some.orders) == [bought.order] == [all_.orders[0]]
    assert list(some.missing) == [purchase_key("3")]
    with pytest.raises(InvalidError) as refused:
        await seeing.purchases.ListPurchaseOrders(
            pb.ListPurchaseOrdersRequest(plant="lyon", page={"cursor": page.page.end_cursor})
        )
    assert refused.value.field == "page.cursor", "a place among sales is none among purchases"


async def test_prices_and_customers_are_withheld_on_every_call(
    store: Store, blind: Trading
) -> None:
    await take(store, Trade.SALES, "1")
    await take(store, Trade.PURCHASE, "1", lines=(line(ship_to=""),), statuses=("SENT",))
    sales = [
        (await blind.sales.GetSalesOrder(pb.GetSalesOrderRequest(key=sales_key("1")))).order,
        *(
            await blind.sales.BatchGetSalesOrders(
                pb.BatchGetSalesOrdersRequest(keys=[sales_key("1")])
            )
        ).orders,
        *(await blind.sales.ListSalesOrders(pb.ListSalesOrdersRequest(plant="lyon"))).orders,
    ]
    key = pb.GetPurchaseOrderRequest(key=purchase_key("1"))
    purchases = [
        (await blind.purchases.GetPurchaseOrder(key)).order,
        *(
            await blind.purchases.BatchGetPurchaseOrders(
                pb.BatchGetPurchaseOrdersRequest(keys=[purchase_key("1")])
            )
        ).orders,
        *(
            await blind.purchases.ListPurchaseOrders(pb.ListPurchaseOrdersRequest(plant="lyon"))
        ).orders,
    ]
    for message in (*sales, *purchases):
        assert message.withheld
        assert not message.currency
        assert not message.lines[0].HasField("price")
        assert message.lines[0].quantity.value == "10"
    for secret in ("acme", "their-1", "their-widget", "25.50"):
        assert all(secret not in str(message) for message in sales)
    assert purchases[0].supplier == "acme"


@pytest.mark.parametrize(
    ("key", "error", "field"),
    [
        (sales_key("9"), NotFoundError, "key"),
        (sales_key("1", "nice"), DeniedError, "key.plant"),
        (sales_key(""), InvalidError, "key.order_no"),
        (None, InvalidError, "key"),
    ],
)
async def test_what_is_asked_wrongly_is_refused_by_its_field(
    seeing: Trading, key: pb.SalesOrderKey | None, error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as refused:
        await seeing.sales.GetSalesOrder(pb.GetSalesOrderRequest(key=key))
    assert getattr(refused.value, "field") == field  # noqa: B009 - of any of the errors


async def test_lots_are_meant_for_what_the_erp_said_last(store: Store, seeing: Trading) -> None:
    lots = [LotKey(plant="lyon", item_no="widget", lot_no=lot) for lot in ("L-7", "L-8")]
    ask_for = pb.BatchGetLotAllocationsRequest(lots=lots)
    await take(store, Trade.SALES, "1", "2")
    found = await seeing.sales.BatchGetLotAllocations(ask_for)
    assert [(one.order.order_no, one.line_no) for one in found.allocations] == [
        ("1", 10),
        ("2", 10),
    ]
    assert found.allocations[0].quantity.value == "4"
    later = NOON + timedelta(hours=1)
    await take(store, Trade.SALES, "1", lines=(line(allocations=()),), as_of=later)
    found = await seeing.sales.BatchGetLotAllocations(ask_for)
    assert [one.order.order_no for one in found.allocations] == ["2"]
    foreign = LotKey(plant="nice", item_no="widget", lot_no="L-7")
    with pytest.raises(DeniedError) as refused:
        await seeing.sales.BatchGetLotAllocations(
            pb.BatchGetLotAllocationsRequest(lots=[lots[0], foreign])
        )
    assert refused.value.field == "lots[1].plant"


async def test_a_snapshot_holds_both_trades_and_withholds_what_the_caller_may_not_see(
    store: Store, server: RpcServer
) -> None:
    numbers = [f"{number:03}" for number in range(20)]
    await take(store, Trade.SALES, *numbers)
    key = CommercialKey(Trade.SALES, "lyon", numbers[0])
    request = SnapshotRequest(topic=TOPIC.name, partition=TOPIC.part_of(str(key)))
    wanted = {n for n in numbers if TOPIC.part_of(f"lyon/sales_order/{n}") == request.partition}
    for scope, withheld in ((SEES, False), (SCOPES, True)):
        got = []
        async with calling(server.port, mint(scope=scope, plants=["*"])) as erp:
            async for answer in erp.snapshots.Snapshot(request):
                for packed in answer.state:
                    event = SalesOrderChanged()
                    assert packed.Unpack(event)
                    got.append(event.order)
        assert {order.key.order_no for order in got} == wanted
        assert {order.withheld for order in got} == {withheld}


# --- in the graph


PARTS = """
id
commercial {
  withheld customer customerReference currency lifecycle delivery allocated asOf
  lines {
    lineNo itemNo quantity { value unit } requested promised shipTo customerItem
    price { amount per { value } } allocated { value } allocations { lotNo lot { id } } closed
  }
}
productionOrders { id commercial { salesOrder { id } salesLineNo } }
"""


@pytest.fixture
async def graph(store: Store) -> AsyncIterator[Subgraphed]:
    """Asked by readers of lyon who may see prices."""
    async with serving(SCHEMA, store, {"books": sql_books()}, "erp:read erp:commercial") as graph:
        yield graph


def sales_id(order_no: str, plant: str = "lyon") -> str:
    return GraphId("SalesOrder", plant, order_no).encode()


async def test_a_sales_order_its_lots_and_what_is_made_for_it(
    store: Store, graph: Subgraphed
) -> None:
    await take(store, Trade.SALES, "7001")
    await keep(store, production(sales_line=SalesLine("7001", 10)))
    [found] = await graph.parts("SalesOrder", [sales_id("7001")], PARTS)
    assert found == {
        "id": sales_id("7001"),
        "commercial": {
            "withheld": False,
            "customer": "acme",
            "customerReference": "their-1",
            "currency": "EUR",
            "lifecycle": "CONFIRMED",
            "delivery": "PARTIAL",
            "allocated": "PARTIAL",
            "asOf": "2026-05-04T12:00:00+00:00",
            "lines": [
                {
                    "lineNo": 10,
                    "itemNo": "widget",
                    "quantity": {"value": "10", "unit": "KGM"},
                    "requested": "2026-05-04",
                    "promised": "2026-05-05",
                    "shipTo": "acme-north",
                    "customerItem": "their-widget",
                    "price": {"amount": "25.50", "per": {"value": "10"}},
                    "allocated": {"value": "4"},
                    "allocations": [{"lotNo": "L-7", "lot": {"id": lot_id("widget/L-7")}}],
                    "closed": False,
                }
            ],
        },
        "productionOrders": [
            {
                "id": order_id("4711"),
                "commercial": {"salesOrder": {"id": sales_id("7001")}, "salesLineNo": 10},
            }
        ],
    }
    [lot] = await graph.parts(
        "Lot",
        [lot_id("widget/L-7")],
        "allocatedTo { salesOrder { id } lineNo quantity { value unit } }",
    )
    assert lot["allocatedTo"] == [
        {
            "salesOrder": {"id": sales_id("7001")},
            "lineNo": 10,
            "quantity": {"value": "4", "unit": "KGM"},
        }
    ]


async def test_without_the_scope_the_graph_withholds_too(store: Store, graph: Subgraphed) -> None:
    await take(store, Trade.SALES, "7001")
    answer = await graph.join("SalesOrder", [sales_id("7001")], PARTS, token=mint(scope="erp:read"))
    [found] = answer["data"]["_entities"]
    assert found["commercial"]["withheld"] is True
    [one] = found["commercial"]["lines"]
    assert one["quantity"] == {"value": "10", "unit": "KGM"}
    for secret in ("acme", "their-1", "their-widget", "25.50", "EUR"):
        assert secret not in str(answer)


async def test_twenty_orders_take_a_statement_a_field(store: Store, graph: Subgraphed) -> None:
    numbers = [f"{n:03}" for n in range(20)]
    await take(store, Trade.PURCHASE, *numbers, lines=(line(ship_to=""),), statuses=("SENT",))
    query = (
        '{ purchaseOrders(plant: "lyon") { edges { node { id commercial { poNo supplier'
        " acknowledgement receipt lines { price { amount } } } } } } }"
    )
    with statements() as asked:
        answer = await graph.ask(query)
    edges = answer["data"]["purchaseOrders"]["edges"]
    assert [edge["node"]["commercial"]["poNo"] for edge in edges] == numbers
    ids = [GraphId("PurchaseOrder", "lyon", n).encode() for n in numbers]
    assert [edge["node"]["id"] for edge in edges] == ids
    assert len(asked) == 2, asked


async def test_each_id_is_judged_alone(store: Store, graph: Subgraphed) -> None:
    await take(store, Trade.SALES, "7001")
    ids = [sales_id("7001"), sales_id("7001", "nice"), order_id("7001"), sales_id("9")]
    answer = await graph.join("SalesOrder", ids, "commercial { orderNo } productionOrders { id }")
    seen, foreign, wrong, unknown = answer["data"]["_entities"]
    assert seen == {"commercial": {"orderNo": "7001"}, "productionOrders": []}
    assert (foreign, wrong) == (None, None)
    assert unknown == {"commercial": None, "productionOrders": []}
    assert codes(answer) == [("foreign_plant", "id"), ("bad_id", "id")]
    answer = await graph.ask('{ salesOrders(plant: "nice") { edges { cursor } } }')
    assert codes(answer) == [("foreign_plant", "plant")]
