"""Orders of a real ledger are polled, stored and told; what cannot be mapped waits alone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace as put
from plantmesh.erp.v1 import commercial_pb2 as pb
from plantmesh.erp.v1 import orders_pb2
from plantmesh.erp.v1.events_pb2 import PurchaseOrderChanged, SalesOrderChanged

from services.erp.adapters.poller import Poller
from services.erp.domain.codes import Code
from services.erp.store.inbox import SqlMarks
from services.erp.store.sources import SqlSources
from services.erp.store.waiting import SqlWaitings
from services.erp.wire.mapping import write_sources
from services.kit.lanes.systems import System
from services.kit.store import Store
from tests.component.erp.conftest import (
    ERP,
    ask,
    events,
    set_up,
)
from tests.copies import put_codes
from tests.unit.erp.memory_commercial import CODES, NOON, TUESDAY
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.papers import Due, Lot, Order, TradeLine
from tools.simulators.ledger.papers import Trade as Paper

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


async def told(store: Store) -> list[SalesOrderChanged | PurchaseOrderChanged]:
    """Of sales and purchase orders, oldest first."""
    kinds = SalesOrderChanged | PurchaseOrderChanged
    return [event for event in await events(store) if isinstance(event, kinds)]


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


async def test_what_an_erp_does_not_offer_is_said_of_it(store: Store) -> None:
    sources = SqlSources(store, 60)
    for not_read in ({"sales_order": "it sells nothing"}, {}):
        await sources.heard(ERP.id, None, not_read)
        async with store.work():
            [one] = write_sources(await sources.of([ERP.id], None))
        assert {each.kind: each.reason for each in one.not_read} == not_read


async def test_each_kind_is_read_from_where_it_stopped(store: Store) -> None:
    marks = SqlMarks(store)
    for mark, kind in (("m1", "sales_order"), ("m2", "purchase_order"), ("m3", "sales_order")):
        await marks.put(ERP.id, kind, mark)
    kinds = ("sales_order", "purchase_order", "production_order")
    assert [await marks.get(ERP.id, kind) for kind in kinds] == ["m3", "m2", ""]
