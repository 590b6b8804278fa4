"""How both books are compared, and what is kept of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.process.application.read_drifts import list_drifts, listing_of_drifts
from services.process.application.reconcile import ask_nightly, keep, look
from services.process.domain.drift import (
    Compared,
    Delivery,
    Goods,
    InFlight,
    Pending,
    StockClass,
    Subject,
)
from services.process.domain.keys import OrderKey
from services.process.ports.drifts import Drift, Run, Site

NIGHT = datetime(2026, 5, 4, 0, 30, tzinfo=UTC)
ORDER = OrderKey("lyon", "4711")
FREE, ANY = StockClass.UNRESTRICTED, StockClass.ANY
NOTHING = InFlight((), ())


def kg(amount: str) -> Quantity:
    """Kilograms."""
    return Quantity.parse(amount, "KGM")


def goods(amount: str, status: StockClass = FREE, lot: str = "L1") -> Goods:
    """Bread."""
    return Goods("BREAD", lot, status, kg(amount))


def pending(amount: str, status: StockClass = FREE, *, delivers: bool = False) -> Pending:
    """Of bread."""
    return Pending(ORDER, "BREAD", "L1", status, kg(amount), delivers)


@dataclass
class Books:
    """ports.drifts.BothBooks."""

    ours: list[Goods] = field(default_factory=list)
    theirs: list[Goods] = field(default_factory=list)
    delivered: list[Delivery] = field(default_factory=list)
    output: dict[OrderKey, Quantity] = field(default_factory=dict)
    refusal: str = ""

    async def sites(self) -> Sequence[Site]:
        """Two."""
        return [Site("lyon", "Europe/Paris"), Site("metz", "")]

    async def stock(self, plant: str) -> Sequence[Goods]:
        """Ours."""
        return self.ours

    async def erp_stock(self, plant: str) -> Sequence[Goods]:
        """Theirs."""
        if self.refusal:
            raise ConflictError("no", code=self.refusal)
        return self.theirs

    async def erp_deliveries(self, plant: str) -> Sequence[Delivery]:
        """Theirs."""
        return self.delivered

    async def made(self, orders: Collection[OrderKey]) -> Mapping[OrderKey, Quantity]:
        """Ours."""
        return {key: self.output[key] for key in orders if key in self.output}


class MemoryDrifts:
    """ports.drifts.Drifts, as far as the use cases go."""

    def __init__(self) -> None:
        self.rows: list[Drift] = []
        self.runs: list[Run] = []

    async def in_flight(self, plant: str) -> InFlight:
        """Nothing."""
        return NOTHING

    async def open(self, plant: str) -> dict[Subject, Drift]:
        """Not resolved."""
        return {one.compared.subject: one for one in self.rows if one.resolved_at is None}

    async def see(self, compared: Sequence[Compared], at: datetime) -> Sequence[Drift]:
        """Once more, or for the first time."""
        known = await self.open("lyon")
        found = []
        for one in compared:
            drift = known.get(one.subject) or Drift(len(self.rows), one, at, at, 0)
            seen = replace(drift, compared=one, last_seen=at, seen=drift.seen + 1)
            self.rows[drift.no : drift.no + 1] = [seen]
            found.append(seen)
        return found

    async def resolve(self, nos: Collection[int], at: datetime) -> Sequence[Drift]:
        """By number."""
        for no in nos:
            self.rows[no] = replace(self.rows[no], resolved_at=at)
        return [self.rows[no] for no in nos]

    async def get(self, nos: Collection[int]) -> dict[int, Drift]:
        """By number."""
        return {no: self.rows[no] for no in nos}

    async def page(self, plant: str, page: Page, *, resolved: bool) -> Sequence[Drift]:
        """All of them."""
        return [one for one in self.rows if resolved or one.resolved_at is None]

    async def ask(self, plant: str, by: str, at: datetime, day: date | None = None) -> Run | None:
        """Once a day."""
        if any(one.plant == plant and one.day == day for one in self.runs):
            return None
        self.runs.append(Run(len(self.runs), plant, at, by, day))
        return self.runs[-1]

    async def due(self) -> Run | None:
        """None is."""
        return None

    async def end(self, run: Run) -> None:
        """As it is now."""

    async def run(self, no: int) -> Run | None:
        """By number."""
        return self.runs[no]


async def compared(books: Books, flying: InFlight = NOTHING) -> dict[str, str]:
    """What is left unexplained, by what it is of."""
    return {
        f"{one.kind} {one.lot_no or one.order_no} {one.status}".rstrip(): str(each.unexplained)
        for sight in (await look(books, "lyon", flying)).values()
        for one, each in sight.drifting.items()
    }


async def test_what_an_erp_does_not_tell_apart_is_added_up() -> None:
    ours = [goods("60"), goods("30", StockClass.QUALITY), goods("10", StockClass.BLOCKED)]
    assert await compared(Books(ours, [goods("100", ANY)])) == {}
    assert await compared(Books(ours, [goods("99", ANY)])) == {"stock L1 any": "1 KGM"}
    assert await compared(Books(ours, [goods("100")])) == {
        "stock L1 blocked": "10 KGM",
        "stock L1 quality": "30 KGM",
        "stock L1 unrestricted": "-40 KGM",
    }


async def test_what_is_in_flight_explains_and_what_was_rejected_as_far_as_it_is_there() -> None:
    books = Books([goods("50"), goods("8", StockClass.BLOCKED)], [goods("40", ANY)])
    flying = InFlight([pending("10")], [pending("20", StockClass.BLOCKED)])
    assert await compared(books, flying) == {}
    about = InFlight(
        [pending("10"), pending("2", StockClass.QUALITY), pending("-2", StockClass.BLOCKED)],
        [pending("4", StockClass.BLOCKED), pending("6", StockClass.BLOCKED), pending("9", ANY)],
    )
    books.ours.append(goods("2", StockClass.QUALITY))
    assert await compared(books, about) == {}
    gone = InFlight([pending("10")], [pending("20", StockClass.BLOCKED)])
    assert await compared(Books([goods("50")], [goods("40", ANY)]), gone) == {}
    litres = Goods("BREAD", "L1", StockClass.BLOCKED, Quantity.parse("1", "LTR"))
    assert await compared(Books([goods("1"), litres], [goods("1", ANY)]), gone) == {}


async def test_deliveries_are_compared_of_orders_that_are_open_there_and_known_here() -> None:
    books = Books(
        delivered=[Delivery("4711", kg("60")), Delivery("4712", kg("1"))],
        output={ORDER: kg("100")},
    )
    assert await compared(books) == {"delivery 4711": "40 KGM"}
    flying = InFlight(
        [
            pending("25", delivers=True),
            pending("99"),
            pending("1", delivers=True)._replace(order=OrderKey("lyon", "4713")),
        ],
        [pending("15", ANY, delivers=True)],
    )
    assert [one for one in await compared(books, flying) if "delivery" in one] == []


async def test_only_a_refusal_to_be_asked_is_passed_over() -> None:
    assert list(await look(Books(refusal="not_readable"), "lyon", NOTHING)) == ["delivery"]
    with pytest.raises(ConflictError):
        await look(Books(refusal="odd"), "lyon", NOTHING)


async def judge(drifts: MemoryDrifts, first: Books, second: Books | None = None) -> list[Any]:
    """The run's figures, and what is told."""
    one = await look(first, "lyon", NOTHING)
    two = await look(second, "lyon", NOTHING) if second else {}
    run, told = await keep(drifts, Run(0, "lyon", NIGHT), one, two, NIGHT)
    news = [("closed" if each.resolved_at else "opened") for each in told]
    return [run.compared, run.uncompared, run.drifting, run.trouble, *news]


async def test_what_moved_between_two_looks_is_not_told_of() -> None:
    drifts, sound = MemoryDrifts(), Books([goods("100")], [goods("100", ANY)])
    off, other = Books([goods("100")], [goods("90", ANY)]), Books([goods("9")], [goods("1", ANY)])
    assert await judge(drifts, sound) == [1, 0, 0, ""]
    assert await judge(drifts, off, sound) == [1, 0, 0, ""]
    assert await judge(drifts, off, other) == [1, 0, 0, ""]
    assert await judge(drifts, off, off) == [1, 0, 1, "", "opened"]
    assert await judge(drifts, off, off) == [1, 0, 1, ""]
    assert await judge(drifts, off, other) == [1, 0, 0, ""], "in motion: it stays open"
    broken = Books([goods("100")], [Goods("BREAD", "L1", ANY, None, "unmapped_code")])
    assert await judge(drifts, broken) == [0, 1, 0, ""]
    blind = Books(refusal="not_readable")
    assert await judge(drifts, blind) == [0, 0, 0, "the ERP cannot be asked for stock"]
    assert await judge(drifts, off, blind) == [0, 0, 0, ""]
    page = Page.read(listing_of_drifts("lyon", resolved=False), 0, "")
    assert [one.seen for one in (await list_drifts(drifts, "lyon", page, resolved=False)).rows] == [
        2
    ]
    assert await judge(drifts, sound) == [1, 0, 0, "", "closed"]


async def test_a_night_is_asked_for_once_at_the_plants_own_hour() -> None:
    drifts, sites = MemoryDrifts(), await Books().sites()
    early = NIGHT - timedelta(hours=1)
    assert await ask_nightly(drifts, sites, time(2), early) == []
    [run] = await ask_nightly(drifts, sites, time(2), NIGHT)
    assert (run.plant, run.day) == ("lyon", date(2026, 5, 4))
    assert await ask_nightly(drifts, sites, time(2), NIGHT + timedelta(hours=1)) == []
    assert await ask_nightly(drifts, sites, time(2), NIGHT + timedelta(hours=30)) == []
    [late] = await ask_nightly(drifts, sites, time(23), NIGHT + timedelta(hours=48))
    assert late.day == date(2026, 5, 5), "of the night that began the day before"
