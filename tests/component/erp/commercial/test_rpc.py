"""Sales and purchase orders over gRPC, for those who may see prices and for those who may not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from plantmesh.common.v1.keys_pb2 import LotKey
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.erp.v1 import commercial_pb2 as pb
from plantmesh.erp.v1.commercial_pb2_grpc import PurchaseOrderServiceStub, SalesOrderServiceStub
from plantmesh.erp.v1.events_pb2 import SalesOrderChanged

from services.erp.domain.keys import CommercialKey, Trade
from services.kit.errors import DeniedError, DomainError, InvalidError, NotFoundError
from services.kit.rpc.server import RpcServer
from services.kit.store import Store
from tests.component.erp.commercial.orders import purchase_key, sales_key, take
from tests.component.erp.conftest import (
    SCOPES,
    TOPIC,
    Stubs,
    calling,
)
from tests.component.kit.rpc.desk import mint
from tests.unit.erp.memory_commercial import NOON, line

SEES = f"{SCOPES} erp:commercial"


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
        pb.ListSalesOrdersRequest(plant="lyon", page=PageRequest(size=2))
    )
    rest = await seeing.sales.ListSalesOrders(
        pb.ListSalesOrdersRequest(plant="lyon", page=PageRequest(cursor=page.page.end_cursor))
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
            pb.ListPurchaseOrdersRequest(
                plant="lyon", page=PageRequest(cursor=page.page.end_cursor)
            )
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
    messages: list[Any] = [*sales, *purchases]
    for message in messages:
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
    seeing: Trading, key: pb.SalesOrderKey | None, error: type[DomainError], field: str
) -> None:
    with pytest.raises(error) as refused:
        await seeing.sales.GetSalesOrder(pb.GetSalesOrderRequest(key=key))
    assert refused.value.field == field


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
