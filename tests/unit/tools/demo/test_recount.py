"""The recount notices what is lost, doubled, invented, changed, out of order or misstated."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tools.demo.erp.book import Entry, Line
from tools.demo.recount import Books, Recount, recount
from tools.demo.stand import Stand
from tools.simulators.line.papers import Made, Told

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
WORDS = {"H87": "PC", "KGM": "KG", "burnt": "S01", "bent": "S02"}
ORDER = "4711"
STAND = Stand(
    reports=3,
    confirmed=Decimal(100),
    scrap=Decimal(3),
    made={"B-1": Decimal(60), "B-2": Decimal(40)},
    used={("steel", "HEAT-1"): Decimal(103)},
    posted=Decimal(80),
    held=Decimal(6),
    scrapped=Decimal(4),
    waiting=Decimal(10),
    on_the_way=0,
)


def made(lot: str, good: int, scrap: int = 0, reason: str = "") -> Made:
    used = Decimal(good + scrap)
    return Made(NOON, "job", ORDER, lot, "steel", "HEAT-1", reason, good, scrap, used)


def document(reference: str, amount: int, *, lot: str = "B-1", reason: str = "") -> Entry:
    item, unit = ("steel", "KG") if "consumption" in reference else ("bracket", "PC")
    line = Line(item, Decimal(amount), unit, lot, reason)
    return Entry(f"lyon/{ORDER}/{reference}", ORDER, (line,))


MADE = [made("B-1", 20), made("B-1", 40, 1, "burnt"), made("B-2", 0, 2, "bent"), made("B-2", 40)]
ENDED = [Told(ORDER, 3, replayed=False)]
# The line counted in four steps; the platform heard of them in two looks.
JOURNAL = [
    document("1/consumption", 61, lot="HEAT-1"),
    document("1/scrap", 1, lot="", reason="S01"),
    document("2/consumption", 42, lot="HEAT-1"),
    document("2/scrap", 2, lot="", reason="S02"),
    document("1/yield/IL-1/1", 50),
    document("1/scrap/IL-1/2", 4),
    document("2/yield/IL-2/1", 30, lot="B-2"),
]
MOVED = {
    ("steel", "HEAT-1"): Decimal(-103),
    ("bracket", "B-1"): Decimal(50),
    ("bracket", "B-2"): Decimal(30),
}


def count(
    journal: Sequence[Entry] = JOURNAL,
    stand: Stand = STAND,
    counted: Sequence[Made] = MADE,
    ended: Sequence[Told] = ENDED,
    moved: Mapping[tuple[str, str], Decimal] = MOVED,
) -> Recount:
    return recount(counted, ended, Books(journal, moved, WORDS), {ORDER: stand})


def changed(place: int, **changes: object) -> list[Entry]:
    """The journal with another line in one of its documents."""
    one = JOURNAL[place]
    line: Any = one.lines[0]
    other = replace(one, lines=(replace(line, **changes),))
    return [*JOURNAL[:place], other, *JOURNAL[place + 1 :]]


def test_what_agrees_holds() -> None:
    found = count()
    assert found.differences == ()
    assert found.holds
    assert [row.order for row in found.rows] == [ORDER]


@pytest.mark.parametrize("lost", JOURNAL, ids=lambda one: one.reference)
def test_no_document_can_be_missing(lost: Entry) -> None:
    found = count([one for one in JOURNAL if one is not lost])
    assert not found.holds
    assert any(ORDER in word for word in found.differences)


@pytest.mark.parametrize("twice", JOURNAL, ids=lambda one: one.reference)
def test_no_document_can_be_there_twice(twice: Entry) -> None:
    found = count([*JOURNAL, twice])
    assert f"{twice.reference}: booked 2 times" in found.differences


@pytest.mark.parametrize("place", range(len(MADE)))
def test_no_count_of_the_line_can_be_missing(place: int) -> None:
    assert not count(counted=[*MADE[:place], *MADE[place + 1 :]]).holds


@pytest.mark.parametrize("place", range(len(MADE)))
def test_no_count_of_the_line_can_be_there_twice(place: int) -> None:
    assert not count(counted=[*MADE, MADE[place]]).holds


@pytest.mark.parametrize(
    ("journal", "word"),
    [
        (changed(0, lot="HEAT-2"), "used 103 of steel/HEAT-1, booked 42"),
        (changed(0, quantity=Decimal(60)), "used 103 of steel/HEAT-1, booked 102"),
        (changed(0, unit="G"), "lyon/4711/1/consumption books G of steel"),
        (changed(0, item="bracket"), "lyon/4711/1/consumption books KG of bracket"),
        (changed(1, reason="S02"), "scrapped 1 of S01, booked 0"),
        (changed(3, reason="S01"), "scrapped 2 of S02, booked 0"),
        (changed(4, lot="B-2"), "made 40 of B-2, booked 80"),
        (changed(4, unit="KG"), "lyon/4711/1/yield/IL-1/1 books KG of bracket"),
    ],
)
def test_everything_is_booked_on_what_it_was_counted_for(journal: list[Entry], word: str) -> None:
    assert f"4711: {word}" in count(journal).differences


def test_what_nobody_counted_is_not_booked() -> None:
    other = document("4/scrap", 0, lot="", reason="S01")
    found = count([*JOURNAL, other])
    assert found.differences == ("4711: booked of confirmations [4], which nobody sent",)
    found = count([*JOURNAL, replace(other, order="4712")])
    assert found.differences == ("4712: booked, never made",)


def test_consumption_is_booked_in_the_order_of_the_counting() -> None:
    first, scrap, second, *others = JOURNAL
    found = count([second, scrap, first, *others])
    assert found.differences == ("4711: consumption 1 was booked after 2",)


@pytest.mark.parametrize("key", [*MOVED, ("steel", "HEAT-2")])
def test_the_erps_stock_follows_its_documents(key: tuple[str, str]) -> None:
    found = count(moved=MOVED | {key: Decimal(7)})
    wanted = MOVED.get(key, Decimal(0))
    name = "/".join(key)
    word = f"the ERP's stock of {name} changed by 7 instead of {wanted}"
    assert found.differences == (word,)


@pytest.mark.parametrize(
    "lie",
    [
        lambda said: replace(said, reports=2),
        lambda said: replace(said, confirmed=Decimal(101)),
        lambda said: replace(said, scrap=Decimal(2)),
        lambda said: replace(said, made=said.made | {"B-1": Decimal(59)}),
        lambda said: replace(said, made=said.made | {"B-3": Decimal(1)}),
        lambda said: replace(said, used={}),
        lambda said: replace(said, used={("steel", "HEAT-2"): Decimal(103)}),
        lambda said: replace(said, posted=Decimal(81), waiting=Decimal(9)),
        lambda said: replace(said, scrapped=Decimal(5), waiting=Decimal(9)),
        lambda said: replace(said, held=Decimal(5)),
        lambda said: replace(said, waiting=Decimal(11)),
    ],
)
def test_the_platform_cannot_say_otherwise(lie: Callable[[Stand], Stand]) -> None:
    assert not count(stand=lie(STAND)).holds


def test_an_order_that_the_platform_forgot_is_missed() -> None:
    found = recount(MADE, ENDED, Books(JOURNAL, MOVED, WORDS), {})
    assert not found.holds
    assert "4711: made, and the platform knows nothing of it" in found.differences


@pytest.mark.parametrize("ended", [[], [*ENDED, *ENDED], [Told(ORDER, 2, replayed=False)]])
def test_an_order_is_ended_once_after_all_its_counts(ended: list[Told]) -> None:
    assert not count(ended=ended).holds


def test_nothing_made_proves_nothing() -> None:
    assert not recount([], [], Books([], {}, WORDS), {}).holds
