"""What wms and quality tell becomes passages, edges and verdicts, as their contracts spell it."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from plantmesh.quality.v1.events_pb2 import LotJudged
from plantmesh.wms.v1.events_pb2 import StockMoved

from services.kit.clock import SystemClock
from services.kit.errors import InvalidError
from services.mes.__main__ import SUBSCRIBERS as OURS
from services.mes.consumers import STOCK, VERDICTS, stock, verdicts
from services.mes.domain.genealogy import Direction
from services.mes.domain.lot_state import LotQuality
from services.mes.store import open_books
from services.quality.settings import QualitySettings
from services.wms.__main__ import SUBSCRIBERS
from tests.component.mes.floor import Floor
from tests.hearing import hear
from tests.unit.mes.reports import kg, lot_key
from tests.unit.mes.use_cases.recalls import recalled
from tests.unit.mes.use_cases.steps import left, lot

AT = {"timestamp": "2026-05-04T12:00:00Z", "offset_minutes": 120}
MILL = {
    "supplier": "MILL",
    "supplier_lot": "M-77",
    "manufacturer": "MILLER",
    "country_of_origin": "FR",
    "expiry_at": "2026-06-01T00:00:00Z",
    "purchase_order_no": "450001",
}
ACME = {"shipment_no": "T-9", "customer": "ACME", "sales_order_no": "S-1"}


def moved(reference: str, type: str, amount: str, lot_no: str = "F1", **more: Any) -> StockMoved:
    """Flour in Lyon."""
    movement = {
        "reference": reference,
        "type": f"MOVEMENT_TYPE_{type}",
        "stock": {"plant": "lyon", "item_no": "FLOUR", "lot_no": lot_no},
        "quantity": {"value": amount, "unit": "KGM"},
        "occurred_at": AT,
    }
    return ParseDict({"movement": movement | more}, StockMoved())


async def test_movements_are_read_as_their_contract_spells_them(floor: Floor) -> None:
    """Every type that is a passage or an edge; what is none of mes's business goes by."""
    consumer = stock(open_books(SystemClock()))
    await hear(
        floor.store,
        consumer,
        moved("r1", "RECEIPT_PURCHASE", "10", received_from=MILL),
        moved("r2", "RECEIPT_GR_BLOCKED", "1"),
        moved("r3", "RECEIPT_VALUATED", "2"),
        moved("loose", "RECEIPT_PURCHASE", "5", lot_no=""),
        moved("made", "RECEIPT_PRODUCTION", "5", order_no="4711"),
        moved("d1", "ISSUE_TO_DELIVERY", "4", shipped_to=ACME, delivery_no="80001/10"),
        moved("d2", "ISSUE_TO_DELIVERY", "1", delivery_no="80002/20"),
        moved("l1", "RELABEL", "3", to={"lot_no": "F2"}, reason="label lost"),
        moved("l2", "RELABEL", "1", to={"item_no": "SALT", "lot_no": "X"}, reason="mistaken"),
        moved("t1", "TRANSFER_LOCATION", "1", to_location="A-01"),
    )
    (back,) = await recalled(floor, "FLOUR/F2", direction=Direction.BACKWARD)
    first, *_ = back.receipts
    assert (first.supplier, first.supplier_lot, first.purchase_order_no, first.quantity) == (
        "MILL",
        "M-77",
        "450001",
        kg("10"),
    )
    (ahead,) = await recalled(floor, "FLOUR/F1", direction=Direction.FORWARD)
    assert [(one.shipment_no, one.customer, one.sales_order_no) for one in ahead.shipments] == [
        ("T-9", "ACME", "S-1"),
        ("80002", "", ""),
    ]
    flour = await lot(floor, "FLOUR/F1")
    assert (flour.country, flour.manufacturer, flour.on_hand) == ("FR", "MILLER", kg("4"))
    assert flour.expiry_at is not None
    assert await left(floor, "FLOUR/F2", "SALT/X") == ["3 KGM", "1 KGM"]
    await hear(
        floor.store,
        consumer,
        moved("b1", "REVERSAL", "4", reverses="d1"),
        moved("b2", "REVERSAL", "3", reverses="l1"),
        moved("b3", "REVERSAL", "1", reverses="t1"),
    )
    (ahead,) = await recalled(floor, "FLOUR/F1", direction=Direction.FORWARD)
    assert [one.shipment_no for one in ahead.shipments] == ["80002"]
    assert [one.key for one in ahead.trace.lots] == [lot_key("FLOUR/F1"), lot_key("SALT/X")]
    async with floor.store.work() as work:
        rows = await work.sql("SELECT event_id, declared_by, corrective FROM genealogy_void")
    assert sorted(rows) == [("d1", "storekeeper", ["b1"]), ("l1", "storekeeper", ["b2"])]


async def test_a_movement_that_cannot_be_read_says_where(floor: Floor) -> None:
    bad = moved("r1", "RECEIPT_PURCHASE", "10", received_from={"expiry_at": "0001-01-01T00:00:00Z"})
    with pytest.raises(InvalidError) as caught:
        await hear(floor.store, stock(open_books(SystemClock())), bad)
    assert caught.value.field == "movement.received_from.expiry_at"


async def test_quality_s_word_is_heard_in_order(floor: Floor) -> None:
    def said(status: str, version: int) -> LotJudged:
        named = {"plant": "lyon", "item_no": "FLOUR", "lot_no": "F1"}
        word = {"lot": named, "status": f"LOT_QUALITY_STATUS_{status}", "version": version}
        return ParseDict({"word": word}, LotJudged())

    consumer = verdicts(open_books(SystemClock()))
    for status in LotQuality:
        if status not in (LotQuality.EXPIRED, LotQuality.CONSUMED):
            await hear(floor.store, consumer, said(status.name, list(LotQuality).index(status) + 1))
            assert (await lot(floor, "FLOUR/F1")).quality is status
    await hear(floor.store, consumer, said("RELEASED", 3))
    assert (await lot(floor, "FLOUR/F1")).quality is LotQuality.RETURNED


def test_the_owners_keep_their_streams_for_these_consumers() -> None:
    assert STOCK in SUBSCRIBERS
    assert VERDICTS in QualitySettings.model_fields["subscribers"].default
    assert "erp holds" in OURS
