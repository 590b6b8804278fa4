"""What only Tryton's sales and purchases do: its words, its lots, and that they are its own."""

import datetime as dt

import pytest

from services.erp.adapters.row import trusting
from services.erp.adapters.tryton import TrytonErp
from services.erp.adapters.tryton.books import Books
from services.erp.adapters.tryton.outcomes import StoppedError
from services.erp.adapters.tryton.session import Session
from services.erp.adapters.tryton.terms import read_terms
from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.keys import Trade
from services.erp.ports import ErpSystem
from services.erp.ports.feeds import NotRead
from services.kit.lanes.outcome import Rejected
from services.kit.lanes.systems import System
from tests.contract.erp_system.commercial import FIRST, offered
from tests.contract.erp_system.stage import DAY
from tests.contract.tryton.stage import Connect, TrytonStage
from tests.contract.tryton.trades import PARTNER

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]


async def test_a_sale_says_who_where_to_and_what_is_promised(
    erp: ErpSystem, stage: TrytonStage
) -> None:
    await stage.trade(Trade.SALES, FIRST)
    order = await read(erp, stage, Trade.SALES)
    assert (order.partner, order.lines[0].ship_to) == (PARTNER, PARTNER)
    assert order.statuses == ("sale.state processing", "sale.shipment_state waiting")
    assert order.ordered_on == DAY
    [due] = order.lines[0].schedule
    assert (due.requested, due.confirmed) == (DAY, "10")
    assert isinstance(due.promised, dt.date)
    assert due.promised >= DAY
    assert not order.lines[0].closed


async def test_a_purchase_says_whence_where_to_and_how_far_it_is(
    erp: ErpSystem, stage: TrytonStage
) -> None:
    await stage.trade(Trade.PURCHASE, FIRST)
    order = await read(erp, stage, Trade.PURCHASE)
    assert (order.partner, order.lines[0].ship_to) == (PARTNER, f"{stage.plant}-input")
    assert order.statuses == ("purchase.state processing", "purchase.shipment_state waiting")
    [due] = order.lines[0].schedule
    assert (due.requested, due.confirmed, due.promised) == (DAY, "0", None)


async def test_lots_that_were_picked_for_a_sale_are_its_own(
    erp: ErpSystem, stage: TrytonStage
) -> None:
    await stage.deliver("L-7", "25", item=stage.made)
    await stage.trade(Trade.SALES, FIRST)
    assert (await read(erp, stage, Trade.SALES)).lines[0].allocations == ()
    assert await stage.pick(FIRST, "L-7") == "assigned"
    [lot] = (await read(erp, stage, Trade.SALES)).lines[0].allocations
    assert (lot.lot_no, lot.amount, lot.unit) == ("L-7", "10", "kg")


@pytest.mark.parametrize("model", ["sale.sale", "purchase.purchase"])
async def test_the_platforms_user_cannot_change_them(
    stage: TrytonStage, system: System, model: str
) -> None:
    trade = Trade.SALES if model == "sale.sale" else Trade.PURCHASE
    await stage.trade(trade, FIRST)
    session = Session(read_terms(system), stage.peer.adapter.password, trusting(system, ""))
    try:
        [found] = await Books(session, read_terms(system)).session.read(
            model, "search", [["number", "=", FIRST], ["warehouse.code", "=", stage.plant]]
        )
        with pytest.raises(StoppedError) as refused:
            await session.change(model, "write", [found], {"reference": "ours"})
    finally:
        await session.close()
    assert isinstance(refused.value.outcome, Rejected)


async def test_a_tryton_that_is_not_set_to_tell_of_them_says_so(connect: Connect) -> None:
    async with connect(TrytonErp, sales_orders=False, purchase_orders=False) as erp:
        assert erp.sales_orders == NotRead("the ERP's row does not set sales_orders")
        assert erp.purchase_orders == NotRead("the ERP's row does not set purchase_orders")


async def read(erp: ErpSystem, stage: TrytonStage, trade: Trade) -> CommercialDocument:
    """The order as it is now."""
    feed = offered(erp, trade)
    raw = await feed.get_order(stage.plant, FIRST)
    assert raw is not None
    return feed.read_order(raw.content)
