"""Sales and purchase orders as the ERP tells of them; one that has none says why."""

import datetime as dt
from decimal import Decimal

import pytest

from services.erp.domain.keys import Trade
from services.erp.ports import ErpSystem
from services.erp.ports.feeds import CommercialFeed, NotRead
from services.kit.errors import InvalidError, UnavailableError
from tests.contract.erp_system.orders import changed_since, poll, versions
from tests.contract.erp_system.stage import DAY, Stage, Trouble, meet

FIRST = "7001"
trades = pytest.mark.parametrize("trade", list(Trade), ids=str)


class CommercialContract:
    """Reading and polling, for each trade alike."""

    @trades
    async def test_a_traded_order_is_read_as_the_erp_says_it(
        self, erp: ErpSystem, stage: Stage, trade: Trade
    ) -> None:
        feed = offered(erp, trade)
        await stage.trade(trade, FIRST, lot="L-1" if trade is Trade.SALES else "")
        raw = await feed.get_order(stage.plant, FIRST)
        assert raw is not None
        order = feed.read_order(raw.content)
        assert (order.order_no, order.currency) == (FIRST, "EUR")
        assert order.partner
        assert order.statuses
        assert order.version
        assert order.as_of.utcoffset() is not None
        [line] = order.lines
        assert (line.plant, line.line_no, line.item_no) == (stage.plant, 10, stage.made)
        assert (Decimal(line.amount), line.unit) == (Decimal(10), stage.unit)
        [due] = line.schedule
        assert (Decimal(due.ordered), day(due.requested)) == (Decimal(10), DAY)
        assert line.price is not None
        assert Decimal(line.price.amount) / Decimal(line.price.per) == Decimal("2.55")
        lots = [(one.lot_no, Decimal(one.amount), one.unit) for one in line.allocations]
        wanted = [("L-1", Decimal(10), stage.unit)] if trade is Trade.SALES else []
        assert lots == wanted
        assert await feed.get_order(stage.plant, "no-such-order") is None
        with pytest.raises(InvalidError):
            feed.read_order(b'{"plant": 7}')
        await meet(stage, Trouble.OUTAGE)
        with pytest.raises(UnavailableError):
            await feed.list_orders("")
        with pytest.raises(UnavailableError):
            await feed.get_order(stage.plant, FIRST)

    @trades
    async def test_changes_of_traded_orders_are_polled_page_by_page(
        self, erp: ErpSystem, stage: Stage, trade: Trade
    ) -> None:
        feed = offered(erp, trade)
        wanted = [f"70{number}" for number in range(10, 15)]
        for order_no in wanted:
            await stage.trade(trade, order_no)
        seen, mark, pages = await poll(feed, "")
        assert seen == set(wanted)
        assert pages > 1, "the fixture's page is smaller than this"
        await stage.trade(trade, "7099")
        assert "7099" in (await poll(feed, mark))[0]

    @trades
    async def test_a_change_of_a_traded_order_that_is_committed_late_is_not_missed(
        self, erp: ErpSystem, stage: Stage, trade: Trade
    ) -> None:
        feed = offered(erp, trade)
        slow, quick = FIRST, "7002"
        for order_no in (slow, quick):
            await stage.trade(trade, order_no)
        before = await versions(feed, stage, slow, quick)
        late = await stage.overtake_trade(trade, slow, quick)
        seen, mark = await changed_since(feed, "", before)
        assert seen == {quick}
        await late
        assert slow in (await changed_since(feed, mark, before))[0]

    async def test_a_production_order_says_what_it_makes_for(
        self, erp: ErpSystem, stage: Stage
    ) -> None:
        offered(erp, Trade.SALES)
        await stage.release("4712", sales_order=FIRST)
        raw = await erp.get_order(stage.plant, "4712")
        assert raw is not None
        order = erp.read_order(raw.content)
        assert (order.sales_order, order.sales_line) == (FIRST, 10)


def offered(erp: ErpSystem, trade: Trade) -> CommercialFeed:
    """The trade's feed, or the test is skipped for the reason that the ERP gives."""
    feed = erp.sales_orders if trade is Trade.SALES else erp.purchase_orders
    if isinstance(feed, NotRead):
        assert feed.reason
        pytest.skip(feed.reason)
    return feed


def day(said: dt.date | dt.datetime | None) -> dt.date | None:
    """The day of what may be a moment."""
    return said.date() if isinstance(said, dt.datetime) else said
