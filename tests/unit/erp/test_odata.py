"""What the OData adapter makes of bytes: batches, moments, metadata, settings."""

import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.erp.adapters.odata import batch
from services.erp.adapters.odata.batch import Answer, Ask
from services.erp.adapters.odata.movements import key_of
from services.erp.adapters.odata.orders import read_order
from services.erp.adapters.odata.outcomes import of_answer
from services.erp.adapters.odata.terms import read_terms
from services.erp.adapters.odata.values import (
    key,
    literal,
    read_instant,
    read_moment,
    read_stamp,
    write_day,
)
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Conflict, Outcome, Rejected, Unavailable, Unknown
from services.kit.lanes.systems import System

PARIS = ZoneInfo("Europe/Paris")


def told(*answers: Answer, boundary: str = "b", line: bytes = b"\r\n") -> bytes:
    """A multipart answer, as a Gateway writes it."""
    parts = b""
    for answer in answers:
        head = f"HTTP/1.1 {answer.status} Said\r\nContent-Type: application/json".encode()
        parts += b"--" + boundary.encode() + line + b"Content-Type: application/http" + line
        parts += b"Content-Transfer-Encoding: binary" + line * 2
        parts += head + b"\r\n\r\n" + answer.content + line
    return parts + b"--" + boundary.encode() + b"--" + line


@given(st.lists(st.tuples(st.sampled_from([200, 404, 412]), st.dictionaries(st.text(), st.text()))))
def test_what_a_batch_answers_is_read_part_by_part(said: list[tuple[int, dict[str, str]]]) -> None:
    answers = [Answer(status, {}, msgspec.json.encode({"d": body})) for status, body in said]
    read = batch.read("multipart/mixed; boundary=b", told(*answers))
    assert [(one.status, one.content) for one in read] == [(a.status, a.content) for a in answers]


@pytest.mark.parametrize("quoted", ["b", '"b"', '"b"; charset=utf-8'])
def test_a_proxy_may_rewrite_line_ends_and_quote_the_boundary(quoted: str) -> None:
    answers = [Answer(200, {}, b'{"d":1}'), Answer(404, {}, b"{}")]
    content = told(*answers).replace(b"\r\n", b"\n")
    read = batch.read(f"Multipart/Mixed; boundary={quoted}", content)
    assert [(one.status, one.content.strip()) for one in read] == [(200, b'{"d":1}'), (404, b"{}")]
    assert read[0].headers == {"Content-Type": "application/json"}


def test_a_changeset_is_read_through() -> None:
    done = told(Answer(204, {}, b""), Answer(200, {}, b"{}"), boundary="inner")
    outer = (
        b"--b\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n" + done + b"\r\n--b--\r\n"
    )
    assert [one.status for one in batch.read("multipart/mixed; boundary=b", outer)] == [204, 200]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text/html", b"<html></html>"),
        ("multipart/mixed", b"--b\r\n"),
        ("multipart/mixed; boundary=b", b""),
        ("", b""),
    ],
)
def test_what_is_no_batch_has_no_answers(kind: str, content: bytes) -> None:
    assert batch.read(kind, content) == []


def test_a_part_that_is_no_answer_is_said() -> None:
    nonsense = b"--b\r\nContent-Type: application/http\r\n\r\nIt works!\r\n--b--\r\n"
    with pytest.raises(ValueError, match="works"):
        batch.read("multipart/mixed; boundary=b", nonsense)


def test_a_changeset_encloses_its_requests() -> None:
    kind, content = batch.compose(
        [Ask("PATCH", "A('1')", b'{"B":"2"}', {"If-Match": "*"})], together=True
    )
    [outer] = [word for word in kind.split("boundary=") if word.startswith("batch_")]
    text = content.decode()
    assert text.count(f"--{outer}\r\n") == 1
    assert "\r\nPATCH A('1') HTTP/1.1\r\n" in text
    assert "If-Match: *\r\n" in text
    assert "Content-Length: 9\r\n" in text


@given(st.text())
def test_a_key_is_one_part_of_a_path(text: str) -> None:
    written = key(Order=text)
    assert not set("/?#& ") & set(written)
    assert literal(text).startswith("'")


def test_planned_times_are_on_the_plants_clocks() -> None:
    day = write_day(dt.date(2026, 7, 1))
    assert read_moment(day, "PT06H30M00S", PARIS, "x") == dt.datetime(
        2026, 7, 1, 4, 30, tzinfo=dt.UTC
    )
    assert read_moment(day, None, PARIS, "x") == dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)
    assert read_moment(None, None, PARIS, "x") is None
    # Other services than SAP's leave out what is 0, or write ISO 8601.
    half_past_six = dt.datetime(2026, 7, 1, 4, 30, tzinfo=dt.UTC)
    assert read_moment("2026-07-01T00:00:00", "PT6H30M", PARIS, "x") == half_past_six
    assert read_moment("2026-07-01", "PT6H30M0.000S", PARIS, "x") == half_past_six


@pytest.mark.parametrize(
    "text",
    ["/Date(1777896000000)/", "/Date(1777896000000+0120)/", "2026-05-04T12:00:00Z",
     "2026-05-04T14:00:00.000+02:00", "2026-05-04T12:00:00"],
)  # fmt: skip
def test_an_instant_is_read_in_all_its_spellings(text: str) -> None:
    assert read_instant(text, "x") == dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("day", "time"),
    [
        ("1 July 2026", None),
        ("2026-13-01", None),
        ("/Date(0)/", "6:30"),
        ("/Date(999999999999999)/", None),
        ("9999-12-31", "PT24H"),
    ],
)
def test_a_moment_that_is_none_is_refused(day: str, time: str | None) -> None:
    with pytest.raises(InvalidError) as refused:
        read_moment(day, time, PARIS, "MfgOrderPlannedStartDate")
    assert refused.value.field == "MfgOrderPlannedStartDate"


def test_a_stamp_is_utc_or_refused() -> None:
    noon = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
    assert read_stamp("20260504120000", "x") == noon
    with pytest.raises(InvalidError):
        read_stamp("2026-05-04", "x")


def test_what_is_null_is_not_there() -> None:
    parts = ("Component", "Operation", "Status")
    order: dict[str, object] = {
        "__metadata": {"etag": None},
        "ManufacturingOrder": "1",
        "ProductionPlant": "1010",
        "Material": "M",
        "TotalQuantity": "10.000",
        "ProductionUnit": "KG",
        "LastChangeDateTime": "20260504120000",
        "OrderLongText": None,
        "SalesOrder": None,
        **{f"to_ProductionOrder{part}": {"results": [], "__next": None} for part in parts},
    }
    read = read_order(msgspec.json.encode(order), {}, PARIS)
    assert (read.order_no, read.sales_order, read.version) == ("1", "", "20260504120000")
    with pytest.raises(InvalidError, match="Material"):
        read_order(msgspec.json.encode(order | {"Material": None}), {}, PARIS)


def test_an_order_without_its_plant_names_the_field() -> None:
    with pytest.raises(InvalidError) as refused:
        read_order(b'{"__metadata": {}, "ManufacturingOrder": "1"}', {}, PARIS)
    assert "ProductionPlant" in str(refused.value)


@given(st.text(min_size=1, max_size=128))
def test_a_key_fits_into_the_field_for_it(reference: str) -> None:
    assert key_of(reference).isalnum()
    assert key_of(reference) == key_of(reference).upper()
    assert len(key_of(reference)) == 16


@pytest.mark.parametrize(
    ("status", "headers", "content", "outcome"),
    [
        (
            429,
            {
                "Retry-After": "Mon, 04 May 2026 12:00:30 GMT",
                "Date": "Mon, 04 May 2026 12:00:00 GMT",
            },
            b"",
            Unavailable("too fast for the ERP", 30, throttled=True),
        ),
        (429, {"Retry-After": "7"}, b"", Unavailable("too fast for the ERP", 7, throttled=True)),
        (503, {"Retry-After": "30"}, b"", Unavailable("the ERP answered 503", 30)),
        (503, {"Retry-After": "Mon, 4 May"}, b"", Unavailable("the ERP answered 503")),
        (503, {"Retry-After": "9" * 9}, b"", Unavailable("the ERP answered 503", 3600)),
        (500, {}, b"", Unknown("the ERP answered 500")),
        (302, {}, b"", Unknown("the ERP answered 302")),
        (400, {}, b"<html>", Unavailable("the ERP answered 400, and not why")),
        (400, {}, b'{"error": {"code": "ZZ/1"}}', Rejected("ZZ/1")),
        (400, {}, b'{"error": {"code": "ZZ/1", "message": "no"}}', Rejected("no")),
        (
            400,
            {},
            b'{"error": {"code": "/IWBEP/CX", "message": {"value": "see details"}, '
            b'"innererror": {"errordetails": [{"code": "ZZ/1", "message": "hm"}, '
            b'{"code": "F5/201", "message": "May is closed"}]}}}',
            Rejected("May is closed", "business_date", "period_closed"),
        ),
        (
            400,
            {},
            b'<?xml version="1.0"?><error xmlns="http://x/metadata"><code>RU/494</code>'
            b'<message xml:lang="en">It is closed</message></error>',
            Rejected("It is closed", "order.order_no", "order_closed"),
        ),
        (
            400,
            {},
            b"<error><code>/IWBEP/CX</code><message>see</message><innererror><errordetails>"
            b"<errordetail><code>CO/469</code><message>locked</message></errordetail>"
            b"</errordetails></innererror></error>",
            Conflict("locked"),
        ),
        (
            400,
            {},
            b'<!DOCTYPE x [<!ENTITY a "aaaa">]><html>&a;</html>',
            Unavailable("the ERP answered 400, and not why"),
        ),
    ],
)
def test_a_status_says_what_is_known(
    status: int, headers: dict[str, str], content: bytes, outcome: Outcome
) -> None:
    assert of_answer(status, headers, content).outcome == outcome


def test_a_time_zone_that_is_none_is_refused() -> None:
    settings = {"url": "https://erp.example/", "user": "U", "time_zone": "Mars/Olympus"}
    with pytest.raises(InvalidError, match="Mars"):
        read_terms(System("x", "odata", (), 1, settings=settings))
