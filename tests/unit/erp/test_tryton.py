"""Tryton's words, without a Tryton: numbers, dates, errors. The rest is tests/contract/tryton."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from services.erp.adapters.tryton import TrytonErp
from services.erp.adapters.tryton.orders import read_order
from services.erp.adapters.tryton.outcomes import WarnedError, of_error, of_status
from services.erp.adapters.tryton.records import Unit
from services.erp.adapters.tryton.values import (
    Day,
    Moment,
    Numeric,
    decode,
    encode,
    is_exact,
    plain,
)
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import (
    Conflict,
    NeedsConfirmation,
    Outcome,
    Rejected,
    Unavailable,
    Unknown,
)
from services.kit.lanes.systems import System

NOON = dt.datetime(2026, 5, 4, 12, 0, 0, 250, tzinfo=dt.timezone(dt.timedelta(hours=2)))
KG = {"symbol": "kg", "digits": 3, "factor": 1}


def production(**change: Any) -> bytes:
    part = {"quantity": Decimal("1.5"), "product.": {"code": "steel"}, "unit.": KG}
    made = {"quantity": 1, "product.": {"code": "widget"}, "unit.": KG}
    moment = Moment.of(NOON)
    known = {
        "plant": "lyon",
        "reference": "4711",
        "number": "7",
        "state": "waiting",
        "quantity": Decimal("0.3"),
        "planned_start_date": Day(2026, 5, 4),
        "planned_date": None,
        "last_modified_at": moment,
        "product.": {"code": "widget"},
        "unit.": KG,
        "bom.": {"inputs.": [part], "outputs.": [made]},
        "inputs.": [],
        "works.": [
            {"sequence": 2, "operation.": {"name": "pack"}, "work_center.": {"name": "B"}},
            {"sequence": 1, "operation.": {"name": "press"}, "work_center.": {"name": "A"}},
        ],
    }
    return encode(known | change)


@pytest.mark.parametrize("text", ["0.1", "0.3", "2.675", "1e-3", "123456789012.345"])
def test_a_quantity_keeps_its_digits_both_ways(text: str) -> None:
    amount = decode(text.encode())
    assert amount == Decimal(text)
    assert decode(encode(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "digits", "exact"),
    [("0.001", 3, True), ("0.0010", 3, True), ("0.0001", 3, False), ("1E+20", 3, True),
     ("1234567890123.456", 3, False), ("0", 0, True)],
)  # fmt: skip
def test_what_a_float_would_not_give_back_is_not_exact(
    amount: str, digits: int, exact: bool
) -> None:
    assert is_exact(Decimal(amount), digits) is exact


def test_trytons_classes_are_written_as_it_wants_them() -> None:
    assert decode(encode(Numeric("3.10"))) == {"__class__": "Decimal", "decimal": "3.10"}
    assert decode(encode(Day.of(NOON.date())))["__class__"] == "date"
    assert Moment.of(NOON).hour == 10, "its server thinks in UTC"
    assert Moment.of(NOON).value == NOON
    assert plain(Decimal("100.0")) == "100"
    assert plain(Decimal("1E+2")) == "100"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (["UserError", ["no", "because", None]], Rejected("no because")),
        (["UserWarning", ["0a1b.late", "sure?", ""]], NeedsConfirmation("sure?", "late")),
        (["ConcurrencyException", "x"], Conflict("somebody else changed it meanwhile")),
        (["deadlock detected", "Traceback"],
         Conflict("Tryton took it back: others were at work on it")),
        (
            ["UserError", ['You can not call "Do" on "1" of "Move".', "", None]],
            Rejected('You can not call "Do" on "1" of "Move".', "", "not_callable"),
        ),
        (
            ["UserError", ['move "1" because period "05/04/2026" is closed.', "", None]],
            Rejected(
                'move "1" because period "05/04/2026" is closed.',
                "business_date",
                "period_closed",
            ),
        ),
        (["ZeroDivisionError", "Traceback in /srv/tryton"],
         Unknown("Tryton failed: ZeroDivisionError")),
        ({"fault": 7}, Unknown("Tryton failed")),
        (["LoginException", ["sms_code", "The code?", "char"]],
         Unavailable("Tryton asks for more than a password")),
        (
            ["UserError", ['You are trying to write to records "7" of "Move" that don\'t exist.',
                           "", None]],
            Conflict("somebody else deleted it meanwhile"),
        ),
        (
            ["UserError", ['To continue, you must create a period for the date "05/04/2026".',
                           "", None]],
            Rejected(
                'To continue, you must create a period for the date "05/04/2026".',
                "business_date",
                "period_closed",
            ),
        ),
        (["UserError", ["no" * 999, "", None]], Rejected("no" * 150)),
    ],
)  # fmt: skip
def test_errors_come_with_200_and_mean_something(error: list[Any], outcome: Outcome) -> None:
    assert of_error(error).outcome == outcome


def test_a_warning_is_answered_by_its_whole_name() -> None:
    warned = of_error(["UserWarning", ["0a1b.late", "sure?", ""]])
    assert isinstance(warned, WarnedError)
    assert (warned.name, warned.code) == ("0a1b.late", "late")


@pytest.mark.parametrize(
    ("status", "kind"), [(429, Unavailable), (503, Unavailable), (500, Unknown), (504, Unknown)]
)
def test_a_status_says_whether_it_was_carried_out(status: int, kind: type[Outcome]) -> None:
    assert isinstance(of_status(status, {"Retry-After": "7"}).outcome, kind)


def test_throttling_says_how_long() -> None:
    told, untold = of_status(429, {"Retry-After": "7"}), of_status(429, {})
    assert told.outcome == Unavailable("too fast for Tryton", 7.0, throttled=True)
    assert untold.outcome == Unavailable("too fast for Tryton", 1.0, throttled=True)


def test_a_production_is_read_by_its_bill_of_material() -> None:
    order = read_order(production())
    assert (order.plant, order.order_no, order.item_no) == ("lyon", "4711", "widget")
    assert (order.amount, order.unit, order.statuses) == ("0.3", "kg", ("waiting",))
    assert [(c.item_no, c.amount) for c in order.components] == [("steel", "0.45")]
    assert [(o.segment, o.work_center) for o in order.operations] == [("press", "A"), ("pack", "B")]
    assert order.as_of == NOON
    assert order.due_start == dt.datetime(2026, 5, 4, tzinfo=dt.UTC)
    assert order.due_end is None


def test_a_production_without_a_reference_has_trytons_number() -> None:
    assert read_order(production(reference=None)).order_no == "7"


def test_without_a_bill_what_is_planned_is_read() -> None:
    planned = {"quantity": 2, "product.": {"code": "bolt"}, "unit.": KG}
    order = read_order(production(**{"bom.": None, "inputs.": [planned]}))
    assert [(c.item_no, c.amount) for c in order.components] == [("bolt", "2")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"quantity": Decimal("0.0001")}, "quantity.value"),
        ({"state": 7}, "state"),
        ({"product.": {}}, "product."),
    ],
)
def test_what_cannot_be_read_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_order(production(**change))
    assert refused.value.field == field


def test_a_setting_that_is_none_is_named() -> None:
    settings = {"url": "http://x", "user": "u", "speed": 3}
    with pytest.raises(InvalidError, match="speed"):
        TrytonErp(System("x", "tryton", (), 1, settings=settings), "")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"url": "http://x"}, "settings.url"),
        ({"url": "https://["}, "settings.url"),
        ({"url": "https://x:port"}, "settings.url"),
        ({"url": "x"}, "settings.url"),
        ({"url": "https://x", "ca_file": "/nowhere/ca.pem"}, "settings.ca_file"),
        ({"url": "https://x", "page": 0}, "settings.page"),
        ({"url": "https://x", "parallel": 0}, "settings.parallel"),
        ({"url": "https://x", "request_timeout": 0}, "settings.request_timeout"),
        ({"url": "https://x", "warehouses": {"a": "W", "b": "W"}}, "settings.warehouses"),
    ],
)
def test_a_row_that_cannot_be_names_its_setting(settings: dict[str, Any], field: str) -> None:
    row = System("x", "tryton", ("a", "b"), 1, settings={"user": "u", **settings})
    with pytest.raises(InvalidError) as refused:
        TrytonErp(row, "")
    assert refused.value.field == field


def unit(symbol: str, factor: str, rate: str, digits: int = 3) -> Unit:
    return Unit(1, symbol, digits, Decimal(factor), Decimal(rate), 7)


@pytest.mark.parametrize(
    ("amount", "one", "other", "found"),
    [
        # Factor and rate of a minute: the one is cut off, the other is exact.
        ("60", unit("min", "0.016666666667", "60.0"), unit("h", "1.0", "1.0"), "1"),
        ("1", unit("h", "1.0", "1.0"), unit("min", "0.016666666667", "60.0"), "60"),
        ("3", unit("g", "0.001", "1000.0"), unit("kg", "1.0", "1.0"), "0.003"),
        ("1", unit("lb", "0.45359237", "2.204622621849"), unit("kg", "1.0", "1.0", 6), "0.453592"),
        ("1", unit("kg", "1.0", "1.0"), unit("lb", "0.45359237", "2.204622621849", 0), "2"),
    ],
)
def test_units_convert_as_trytons_own_do(amount: str, one: Unit, other: Unit, found: str) -> None:
    assert one.convert(Decimal(amount), other) == Decimal(found)
