"""Sales and purchase orders: what they may say, how they are taken, and how they are read."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from services.erp.application.map_commercial import STATUSES
from services.erp.application.read_orders import listing_of_trade, read_commercial
from services.erp.application.read_state import read_commercial_state
from services.erp.application.take_commercial import take_commercial
from services.erp.domain.commercial import Allocation, CommercialOrder, Due, Line
from services.erp.domain.commercial_document import (
    AllocationDocument,
    DueDocument,
    PriceDocument,
)
from services.erp.domain.keys import CommercialKey, Trade
from services.erp.domain.order import Extent
from services.erp.domain.price import Price
from services.erp.domain.purchase_state import Buying, PurchaseStatus
from services.erp.domain.sales_state import SalesStatus, Selling
from services.kit.errors import InvalidError, NotFoundError
from services.kit.quantity import Quantity
from tests.unit.erp.memory import (
    Shelf,
    kg,
)
from tests.unit.erp.memory_commercial import CODES, MONDAY, NOON, SALE, TUESDAY, line, paper

NICE = replace(SALE, plant="nice")


def allocation(amount: str, unit: str = "KGM") -> Allocation:
    return Allocation("L-7", Quantity(Decimal(amount), unit))


def part(*allocations: Allocation, amount: str = "10", closed: bool = False) -> Line:
    return Line(10, "widget", kg(amount), allocations=allocations, closed=closed)


def sale(*lines: Line) -> CommercialOrder:
    numbered = tuple(replace(one, line_no=10 * n) for n, one in enumerate(lines, 1))
    return CommercialOrder(SALE, "erp-1", "acme", SalesStatus(), "v1", NOON, numbered)


@pytest.fixture
def shelf() -> Shelf:
    """ERP serves lyon and nice, and knows its customers."""
    shelf = Shelf()
    shelf.master.systems = {"lyon": "erp-1", "nice": "erp-1", "metz": "erp-2"}
    shelf.master.codes = CODES
    return shelf


# --- what an order may say


def test_no_more_than_the_line_is_allocated_whatever_the_unit() -> None:
    assert part(allocation("4"), allocation("6000", "GRM")).allocated == kg("10")
    with pytest.raises(InvalidError) as refused:
        part(allocation("4"), allocation("6000.001", "GRM"))
    assert (refused.value.code, refused.value.field) == ("over_allocated", "allocations")
    with pytest.raises(InvalidError, match="LTR"):
        part(allocation("1", "LTR"))


@pytest.mark.parametrize(
    ("lines", "extent"),
    [
        ([], Extent.NONE),
        ([part()], Extent.NONE),
        ([part(allocation("4")), part()], Extent.PARTIAL),
        ([part(allocation("10")), part()], Extent.PARTIAL),
        ([part(allocation("10")), part(closed=True)], Extent.FULL),
        ([part(allocation("10"), closed=True), part()], Extent.NONE),
    ],
)
def test_how_much_of_what_is_open_has_its_lots(lines: list[Line], extent: Extent) -> None:
    assert sale(*lines).allocated is extent


def test_a_line_is_wanted_from_its_first_day_and_there_by_its_last() -> None:
    wednesday = date(2026, 5, 6)
    schedule = (
        Due(kg("6"), kg("6"), TUESDAY, TUESDAY),
        Due(kg("4"), kg("0"), MONDAY),
        Due(kg("0"), kg("4"), promised=wednesday),
    )
    one = replace(part(), schedule=schedule)
    assert (one.requested, one.promised) == (MONDAY, wednesday)
    assert (part().requested, part().promised) == (None, None)


def test_what_is_no_order_is_refused_by_its_field() -> None:
    def refused(make: object) -> tuple[str, str]:
        with pytest.raises(InvalidError) as error:
            make()  # type: ignore[operator]
        return error.value.code, error.value.field

    assert refused(lambda: replace(part(), item_no=""))[1] == "item_no"
    assert refused(lambda: part(amount="-1")) == ("negative", "quantity.value")
    assert refused(lambda: Allocation("", kg("1")))[1] == "lot_no"
    assert refused(lambda: Allocation("L", kg("0"))) == ("not_positive", "quantity.value")
    assert refused(lambda: replace(sale(), partner=""))[1] == "partner"
    assert refused(lambda: replace(sale(), lines=(part(), part()))) == ("repeated_line", "lines")
    assert refused(lambda: replace(sale(), currency="EURO")) == ("unknown_currency", "currency")
    priced = replace(part(), price=Price(Decimal(1), kg("1")))
    assert refused(lambda: sale(priced)) == ("unknown_currency", "currency")
    assert refused(lambda: CommercialKey(Trade.SALES, "a/b", "1"))[1] == "plant"
    assert refused(lambda: CommercialKey(Trade.SALES, "lyon", ""))[1] == "order_no"


@pytest.mark.parametrize("text", ["", "x", "NaN", "Infinity", "1e18", "0.0000000000001", 2.5])
def test_a_price_is_a_decimal(text: object) -> None:
    with pytest.raises(InvalidError) as refused:
        Price.parse(text, kg("1"))
    assert (refused.value.code, refused.value.field) == ("not_a_decimal", "amount")


def test_a_price_is_for_something_and_keeps_its_decimals() -> None:
    assert Price.parse("0.0125", kg("100")).text == "0.0125"
    with pytest.raises(InvalidError, match="nothing"):
        Price.parse("1", kg("0"))


def test_every_axis_and_flag_of_a_trade_has_its_words() -> None:
    assert STATUSES[Trade.SALES]["sales_order.delivery_blocked"](SalesStatus()) == SalesStatus(
        delivery_blocked=True
    )
    assert "purchase_order.acknowledgement.changed" in STATUSES[Trade.PURCHASE]
    assert not any(word.startswith("purchase") for word in STATUSES[Trade.SALES])


# --- taking them


async def test_an_order_is_stored_in_canonical_codes_and_told(shelf: Shelf) -> None:
    await take_commercial(Trade.SALES, shelf.books, "erp-1", paper())
    order = shelf.commercial.orders[SALE]
    assert shelf.commercial.told == [order]
    assert str(order.key) == "lyon/sales_order/7001"
    assert order.partner == "acme"
    assert order.status == SalesStatus(Selling.CONFIRMED, Extent.PARTIAL)
    assert order.lines == (
        Line(
            10,
            "widget",
            kg("10"),
            (Due(kg("10"), kg("10"), MONDAY, TUESDAY),),
            "their-widget",
            "acme-north",
            Price(Decimal("25.50"), kg("10")),
            (Allocation("L-7", kg("4")),),
        ),
    )


async def test_a_purchase_goes_to_a_location_of_ours(shelf: Shelf) -> None:
    bought = paper(line(ship_to="171A", allocations=()), statuses=("SENT",))
    await take_commercial(Trade.PURCHASE, shelf.books, "erp-1", bought)
    [order] = shelf.commercial.told
    assert order.status == PurchaseStatus(Buying.SENT)
    assert order.lines[0].ship_to == "lyon/store"


async def test_a_moment_is_the_plants_own_day(shelf: Shelf) -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
    said = paper(line(schedule=(DueDocument("10", requested=late),)), ordered_on=late)
    await take_commercial(Trade.SALES, shelf.books, "erp-1", said)
    order = shelf.commercial.orders[SALE]
    assert (order.ordered_on, order.lines[0].requested) == (TUESDAY, TUESDAY)


async def test_versions_are_taken_in_their_order(shelf: Shelf) -> None:
    newer = paper(version="v2", as_of=NOON + timedelta(hours=1), reference="new")
    for said in (newer, paper(), newer):
        await take_commercial(Trade.SALES, shelf.books, "erp-1", said)
    assert [order.version for order in shelf.commercial.told] == ["v2"]


async def test_another_erp_may_not_claim_the_number(shelf: Shelf) -> None:
    await take_commercial(Trade.SALES, shelf.books, "erp-1", paper())
    shelf.master.systems = {"lyon": "erp-2"}
    with pytest.raises(InvalidError, match="belongs to erp-1"):
        await take_commercial(Trade.SALES, shelf.books, "erp-2", paper(version="v2"))


async def test_an_order_for_two_plants_is_one_at_each_and_foreign_lines_are_nobodys(
    shelf: Shelf,
) -> None:
    said = paper(line(), line(plant="nice", line_no=20), line(plant="metz", line_no=30))
    await take_commercial(Trade.SALES, shelf.books, "erp-1", said)
    assert {
        key.plant: [one.line_no for one in order.lines]
        for key, order in shelf.commercial.orders.items()
    } == {"lyon": [10], "nice": [20]}


async def test_a_plant_that_has_no_line_any_more_keeps_the_order_empty(shelf: Shelf) -> None:
    await take_commercial(Trade.SALES, shelf.books, "erp-1", paper())
    moved = paper(line(plant="nice"), version="v2", as_of=NOON + timedelta(hours=1))
    await take_commercial(Trade.SALES, shelf.books, "erp-1", moved)
    assert shelf.commercial.orders[SALE].lines == ()
    assert len(shelf.commercial.orders[NICE].lines) == 1


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"unit": "LB"}, "unmapped_code", "lines[0].quantity.unit"),
        ({"ship_to": "C-9"}, "unmapped_code", "lines[0].ship_to"),
        ({"amount": "ten"}, "not_a_decimal", "lines[0].quantity.value"),
        ({"amount": "-1"}, "negative", "lines[0].quantity.value"),
        ({"item_no": ""}, "invalid", "lines[0].item_no"),
        ({"price": PriceDocument("x", "1", "KG")}, "not_a_decimal", "lines[0].price.amount"),
        (
            {"allocations": (AllocationDocument("L-7", "10.001", "KG"),)},
            "over_allocated",
            "lines[0].allocations",
        ),
        (
            {"allocations": (AllocationDocument("", "1", "KG"),)},
            "invalid",
            "lines[0].allocations[0].lot_no",
        ),
        (
            {"schedule": (DueDocument("1", requested=datetime(2026, 5, 4)),)},  # noqa: DTZ001
            "bad_time",
            "lines[0].schedule[0].requested.moment",
        ),
    ],
)
async def test_what_cannot_be_read_is_refused_by_its_field_and_leaves_nothing(
    shelf: Shelf, change: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        await take_commercial(Trade.SALES, shelf.books, "erp-1", paper(line(**change)))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not shelf.commercial.orders


async def test_a_word_of_the_other_trade_is_no_status(shelf: Shelf) -> None:
    with pytest.raises(InvalidError) as refused:
        await take_commercial(Trade.SALES, shelf.books, "erp-1", paper(statuses=("SENT",)))
    assert (refused.value.code, refused.value.field) == ("unknown_status", "statuses[0]")
    assert "sales_order.lifecycle.closed" in refused.value.hint


# --- reading them


async def test_one_order_is_found_or_said_to_be_unknown(shelf: Shelf) -> None:
    await take_commercial(Trade.SALES, shelf.books, "erp-1", paper())
    assert (await read_commercial(shelf.commercial, SALE)).key == SALE
    with pytest.raises(NotFoundError, match="sales order 7001 at nice"):
        await read_commercial(shelf.commercial, NICE)
    assert listing_of_trade(Trade.SALES, "lyon") != listing_of_trade(Trade.PURCHASE, "lyon")


async def test_a_snapshot_holds_the_orders_wanted(shelf: Shelf) -> None:
    said = paper(line(), line(plant="nice", line_no=20))
    await take_commercial(Trade.SALES, shelf.books, "erp-1", said)
    parts = [
        part async for part in read_commercial_state(shelf.books, lambda key: key.plant == "nice")
    ]
    assert [order.key for part in parts for order in part] == [NICE]
