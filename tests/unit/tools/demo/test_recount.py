"""The recount notices what is lost, doubled, invented, changed, out of order or misstated."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest

from tools.demo.recount import Recount, recount
from tools.demo.stand import Stand
from tools.simulators.ledger.papers import Document, Kind, Line, Posting
from tools.simulators.line.papers import Input, Job, Made, Told

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
UNITS = {"H87": "PC", "KGM": "KG"}
ORDER = "4711"
STAND = Stand(
    reports=2,
    confirmed=Decimal(100),
    scrap=Decimal(3),
    posted=Decimal(80),
    held=Decimal(6),
    scrapped=Decimal(4),
    waiting=Decimal(10),
    on_the_way=0,
)
Journal = list[Document]


def job(number: int, good: int, scrap: int) -> Job:
    steel = Input("steel", "HEAT-1", Decimal(good + scrap), "KGM")
    id, lot = f"{ORDER}-{number}", f"B-{number}"
    return Job(id, ORDER, lot, Decimal(good), Decimal(scrap), "H87", inputs=(steel,))


def document(reference: str, kind: Kind, amount: int) -> Document:
    item, unit, lot = ("bracket", "PC", "B-1")
    if kind == "consumption":
        item, unit, lot = ("steel", "KG", "HEAT-1")
    line = Line(item, Decimal(amount), unit, lot)
    posting = Posting(f"lyon/{ORDER}/{reference}", "lyon", ORDER, kind, NOON.date(), (line,))
    return Document(f"D-{reference}", NOON, posting, 1)


JOBS = [job(1, 60, 3), job(2, 40, 0)]
COUNTS: list[Made | Told] = [
    paper
    for number, one in enumerate(JOBS, start=1)
    for paper in (Made(one, NOON), Told(one.id, number, replayed=False))
]
JOURNAL = [
    document("1/consumption", "consumption", 63),
    document("1/scrap", "scrap", 3),
    document("2/consumption", "consumption", 40),
    document("1/yield/IL-1/1", "yield", 50),
    document("1/scrap/IL-1/2", "scrap", 4),
    document("2/yield/IL-1/1", "yield", 30),
]


def count(
    journal: Sequence[Document] = JOURNAL,
    stand: Stand = STAND,
    counts: Sequence[Made | Told] = COUNTS,
) -> Recount:
    return recount(counts, journal, {ORDER: stand}, UNITS)


def test_what_agrees_holds() -> None:
    found = count()
    assert found.holds
    assert found.differences == ()
    assert [row.order for row in found.rows] == [ORDER]


@pytest.mark.parametrize("lost", JOURNAL, ids=lambda one: one.posting.reference)
def test_no_document_can_be_missing(lost: Document) -> None:
    found = count([one for one in JOURNAL if one is not lost])
    assert not found.holds
    assert any(ORDER in word for word in found.differences)


@pytest.mark.parametrize("twice", JOURNAL, ids=lambda one: one.posting.reference)
def test_no_document_can_be_there_twice(twice: Document) -> None:
    found = count([*JOURNAL, twice])
    assert f"{twice.posting.reference}: booked 2 times" in found.differences


def test_what_nobody_counted_is_not_booked() -> None:
    found = count([*JOURNAL, document("3/consumption", "consumption", 1)])
    assert "4711/3: booked, never counted" in found.differences


def test_another_lot_is_another_consumption() -> None:
    first, *others = JOURNAL
    [line] = first.posting.lines
    lines = (msgspec.structs.replace(line, lot="HEAT-2"),)
    posting = msgspec.structs.replace(first.posting, lines=lines)
    found = count([msgspec.structs.replace(first, posting=posting), *others])
    assert found.differences == (
        "4711, report 4711-1: used 63 KG of steel/HEAT-1, booked 63 KG of steel/HEAT-2",
    )


def test_consumption_is_booked_in_the_order_of_the_reports() -> None:
    first, scrap, second, *others = JOURNAL
    found = count([second, scrap, first, *others])
    assert found.differences == ("4711: consumption 1 was booked after 2",)


@pytest.mark.parametrize(
    "lie",
    [
        lambda said: replace(said, reports=3),
        lambda said: replace(said, confirmed=Decimal(101)),
        lambda said: replace(said, scrap=Decimal(2)),
        lambda said: replace(said, posted=Decimal(81), waiting=Decimal(9)),
        lambda said: replace(said, scrapped=Decimal(5), waiting=Decimal(9)),
        lambda said: replace(said, held=Decimal(5)),
        lambda said: replace(said, waiting=Decimal(11)),
    ],
)
def test_the_platform_cannot_say_otherwise(lie: Callable[[Stand], Stand]) -> None:
    assert not count(stand=lie(STAND)).holds


def test_an_order_that_the_platform_forgot_is_missed() -> None:
    found = recount(COUNTS, JOURNAL, {}, UNITS)
    assert not found.holds
    assert "4711: made, and the platform knows nothing of it" in found.differences


def test_a_report_that_was_never_taken_is_missed() -> None:
    found = count(counts=COUNTS[:-1])
    assert "4711: 2 reports were made, and have the numbers [1]" in found.differences


def test_nothing_made_proves_nothing() -> None:
    assert not recount([], [], {}, UNITS).holds
