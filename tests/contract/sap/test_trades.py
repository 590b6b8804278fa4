"""What only this ERP's sales and purchase orders do: several plants, parties, its words."""

import datetime as dt
from typing import Any

import msgspec
import pytest

from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.keys import Trade
from services.erp.ports import ErpSystem
from services.erp.ports.feeds import NotRead
from services.kit.errors import InvalidError
from tests.contract.erp_system.commercial import offered
from tests.contract.proxy import Visit, for_visits, said
from tests.contract.sap.stage import Connect, SapStage
from tools.peers.sap.desk import PLANT

ELSEWHERE = "1010"


async def test_an_order_of_two_plants_names_both_and_one_of_none_of_ours_is_not_read(
    erp: ErpSystem, stage: SapStage
) -> None:
    await stage.desk.sell("7001", stage.made, PLANT, ELSEWHERE)
    await stage.desk.sell("7002", stage.made, ELSEWHERE)
    feed = offered(erp, Trade.SALES)
    [raw] = (await feed.list_orders("")).orders
    order = feed.read_order(raw.content)
    assert [(one.plant, one.line_no) for one in order.lines] == [
        (stage.plant, 10),
        (ELSEWHERE, 20),
    ]
    assert await feed.get_order(stage.plant, "7002") is None


async def test_a_sales_order_says_who_and_where_to_and_what_is_promised(
    erp: ErpSystem, stage: SapStage
) -> None:
    await stage.desk.sell("7001", stage.made, PLANT, batch="L-1")
    order = await read(erp, stage, Trade.SALES)
    assert (order.partner, order.lines[0].ship_to) == ("C-1", "C-2")
    assert order.statuses == ("OverallSDProcessStatus A", "OverallDeliveryStatus A")
    [due] = order.lines[0].schedule
    assert (due.requested, due.promised) == (dt.date(2026, 5, 4), dt.date(2026, 5, 6))
    assert not order.lines[0].closed


async def test_a_purchase_order_says_whence_and_how_much_of_it_is_there(
    erp: ErpSystem, stage: SapStage
) -> None:
    await stage.desk.buy("4501", stage.made, PLANT, PLANT)
    order = await read(erp, stage, Trade.PURCHASE, "4501")
    assert (order.partner, order.lines[0].ship_to) == ("S-1", "171A")
    assert order.statuses == ("PurchasingProcessingStatus 02", "IsCompletelyDelivered NONE")


async def test_an_erp_that_is_not_set_to_tell_of_them_says_so(connect: Connect) -> None:
    async with connect(sales_orders=False, purchase_orders=False) as erp:
        assert erp.sales_orders == NotRead("the ERP's row does not set sales_orders")
        assert erp.purchase_orders == NotRead("the ERP's row does not set purchase_orders")


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"not json",
        b'{"__metadata": {}, "SalesOrder": "1", "SoldToParty": "C", "LastChangeDateTime": "soon",'
        b' "to_Item": {"results": []}, "to_Partner": {"results": []}}',
        b'{"__metadata": {}, "SalesOrder": "1", "SoldToParty": "C", "LastChangeDateTime":'
        b' "/Date(0)/", "to_Item": {"results": [], "__next": "more"},'
        b' "to_Partner": {"results": []}, "PurchaseOrder": "1", "Supplier": "S",'
        b' "to_PurchaseOrderItem": {"results": [], "__next": "more"}}',
    ],
)
async def test_what_is_no_order_is_invalid(erp: ErpSystem, content: bytes) -> None:
    for trade in Trade:
        with pytest.raises(InvalidError) as refused:
            offered(erp, trade).read_order(content)
        assert refused.value.code == "unreadable_order"


@pytest.mark.parametrize("stamp", ["soon", None])
async def test_an_order_that_does_not_say_when_it_changed_is_refused_by_itself(
    erp: ErpSystem, stage: SapStage, stamp: str | None
) -> None:
    order: dict[str, Any] = {
        "SalesOrder": "1",
        "LastChangeDateTime": stamp,
        "to_Item": {"results": []},
    }

    async def say(visit: Visit) -> None:
        await visit.answer(said("200 OK", msgspec.json.encode({"d": {"results": [order]}})))

    stage.proxy.fault = for_visits(say)
    feed = offered(erp, Trade.SALES)
    changes = await feed.list_orders("")
    assert changes.mark == ""
    [raw] = changes.orders
    with pytest.raises(InvalidError) as refused:
        feed.read_order(raw.content)
    assert refused.value.code == "unreadable_order"


async def read(
    erp: ErpSystem, stage: SapStage, trade: Trade, order_no: str = "7001"
) -> CommercialDocument:
    """As it is now."""
    feed = offered(erp, trade)
    raw = await feed.get_order(stage.plant, order_no)
    assert raw is not None
    return feed.read_order(raw.content)
