"""Tryton's sales and purchases as they read, without a Tryton; the rest is tests/contract."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from services.erp.adapters.tryton.purchases import read_purchase
from services.erp.adapters.tryton.sales import read_sale
from services.erp.adapters.tryton.values import Day, Moment, Numeric, encode
from services.erp.domain.commercial_document import AllocationDocument
from services.kit.errors import InvalidError

KG = {"symbol": "kg", "digits": 3, "factor": 1}
DAY = Day(2026, 5, 4)
ORDER = {
    "plant": "lyon",
    "number": "S-1",
    "reference": None,
    "state": "processing",
    "shipment_state": "none",
    "invoice_state": "pending",
    "last_modified_at": Moment.of(dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)),
    "party.": {"code": "7"},
    "currency.": {"code": "EUR"},
}


def line(id: int, **change: Any) -> dict[str, Any]:
    known = {
        "id": id,
        "sequence": None,
        "quantity": Decimal(10),
        "unit_price": Numeric("2.5500"),
        "moves_progress": 0,
        "product.": {"code": "widget"},
        "unit.": KG,
    }
    sold = {"moves.": [], "shipping_date": DAY}
    bought = {
        "delivery_date": DAY,
        "delivery_date_edit": False,
        "delivery_date_store": None,
        "product_supplier.": None,
    }
    return known | sold | bought | change


def sale(*lines: dict[str, Any], **change: Any) -> bytes:
    own: dict[str, Any] = {
        "sale_date": None,
        "shipping_date": None,
        "shipment_party.": None,
        "picks": [],
    }
    return encode(ORDER | own | {"lines.": lines} | change)


def purchase(*lines: dict[str, Any], **change: Any) -> bytes:
    at = {"input_location.": {"code": None}}
    own = {"purchase_date": DAY, "delivery_date": None, "warehouse.": at}
    return encode(ORDER | own | {"lines.": lines} | change)


def move(id: int, lot: str | None, amount: str, **change: Any) -> dict[str, Any]:
    held = {"number": lot} if lot else None
    known = {"id": id, "state": "draft", "quantity": Decimal(amount), "unit.": KG, "lot.": held}
    return known | change


def test_lines_are_numbered_in_trytons_order_and_what_is_no_product_is_left_out() -> None:
    title = line(3, quantity=None, **{"product.": None, "unit.": None, "unit_price": None})
    order = read_sale(sale(line(9, sequence=2), line(5, sequence=1), title, line(4)))
    assert [one.line_no for one in order.lines] == [10, 20, 30]
    later = read_sale(sale(line(9, sequence=2, quantity=1), line(5, sequence=1, quantity=2)))
    assert [(one.line_no, one.amount) for one in later.lines] == [(10, "2"), (20, "1")]


def test_what_is_not_so_yet_says_nothing() -> None:
    assert read_sale(sale()).statuses == ("sale.state processing", "sale.invoice_state pending")


@pytest.mark.parametrize(
    ("state", "progress", "closed"),
    [
        ("processing", Decimal("0.99"), False),
        ("processing", 1, True),
        ("done", None, True),
        ("cancelled", 0, True),
    ],
)
def test_a_line_ends_with_its_moves_or_its_order(state: str, progress: Any, closed: bool) -> None:
    [sold] = read_sale(sale(line(1, moves_progress=progress), state=state)).lines
    [bought] = read_purchase(purchase(line(1, moves_progress=progress), state=state)).lines
    assert (sold.closed, bought.closed) == (closed, closed)


def test_nothing_is_promised_before_it_is_agreed() -> None:
    [[due]] = [one.schedule for one in read_sale(sale(line(1), state="quotation")).lines]
    assert (due.confirmed, due.promised) == ("0", None)
    [[due]] = [one.schedule for one in read_sale(sale(line(1), shipping_date=DAY)).lines]
    assert (due.ordered, due.confirmed) == ("10", "10")
    assert (due.requested, due.promised) == (DAY.value, DAY.value)


def test_lots_are_those_of_moves_and_of_what_is_picked_for_moves_without() -> None:
    moves = [
        move(1, "L-1", "2"),
        move(2, None, "3"),
        move(3, "L-9", "4", state="cancelled"),
    ]
    picks = [
        move(7, "L-2", "1.5", state="assigned", origin="stock.move,2"),
        move(8, "L-3", "1", state="done", origin="stock.move,1"),
    ]
    [one] = read_sale(sale(line(1, **{"moves.": moves}), picks=picks)).lines
    assert one.allocations == (
        AllocationDocument("L-1", "2", "kg"),
        AllocationDocument("L-2", "1.5", "kg"),
    )


@pytest.mark.parametrize(
    ("change", "header", "wanted"),
    [
        ({}, None, DAY),
        ({}, Day(2026, 6, 1), Day(2026, 6, 1)),
        ({"delivery_date_edit": True, "delivery_date_store": Day(2026, 7, 1)},
         Day(2026, 6, 1), Day(2026, 7, 1)),
        ({"delivery_date": None}, None, None),
    ],
)  # fmt: skip
def test_a_purchase_is_wanted_when_somebody_said_so(
    change: dict[str, Any], header: Day | None, wanted: Day | None
) -> None:
    [one] = read_purchase(purchase(line(1, **change), delivery_date=header)).lines
    [due] = one.schedule
    assert due.requested == (wanted and wanted.value)
    assert (due.confirmed, due.promised, one.ship_to) == ("0", None, "")


def test_a_purchase_line_has_the_suppliers_number_and_a_price_of_one() -> None:
    [one] = read_purchase(purchase(line(1, **{"product_supplier.": {"code": "V-1"}}))).lines
    assert one.partner_item == "V-1"
    assert one.price is not None
    assert (Decimal(one.price.amount), one.price.per, one.price.unit) == (
        Decimal("2.55"),
        "1",
        "kg",
    )


@pytest.mark.parametrize("read", [read_sale, read_purchase])
@pytest.mark.parametrize(
    ("change", "field"),
    [({"state": 7}, "state"), ({"party.": None}, "party.")],
)
def test_what_cannot_be_read_is_named(read: Any, change: dict[str, Any], field: str) -> None:
    write = sale if read is read_sale else purchase
    with pytest.raises(InvalidError) as refused:
        read(write(**change))
    assert refused.value.field == field


def test_more_decimals_than_the_unit_has_are_named() -> None:
    bad = line(1, quantity=Decimal("0.0001"))
    for read, content in ((read_sale, sale(bad)), (read_purchase, purchase(bad))):
        with pytest.raises(InvalidError) as refused:
            read(content)
        assert refused.value.field == "lines[0].quantity.value"
