"""The judge from outside: the line's own file and the ERP's books against the platform's word.

The line says how much it made and used, and for what; in how many looks the platform heard of it
is the platform's affair. So amounts are compared by order, lot, material and reason; and every
confirmation that the platform numbered has left its document, once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.demo.case import Case
from tools.demo.erp.book import Entry
from tools.demo.shift import MADE
from tools.demo.stand import Stand
from tools.simulators.line.papers import Made, Told


@dataclass(frozen=True)
class Books:
    """The ERP's: documents in order of arrival, what its stock gained or lost by item and lot.

    `words` are its units and reasons by ours.
    """

    journal: Sequence[Entry]
    moved: Mapping[tuple[str, str], Decimal]
    words: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One order: what the line counted, what the ERP booked, what the platform says."""

    order: str
    counted: Decimal
    booked: Decimal
    stand: Stand

    @property
    def agrees(self) -> bool:
        """Whether everybody says the same of the yield."""
        said = self.stand
        parts = said.posted + said.held + said.scrapped + said.waiting
        return self.counted == said.confirmed == parts and self.booked == said.posted


@dataclass(frozen=True)
class Recount:
    """A row an order, and in words what does not agree."""

    rows: tuple[Row, ...]
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, doubled or invented."""
        return bool(self.rows) and not self.differences and all(row.agrees for row in self.rows)


def recount(
    counted: Sequence[Made],
    ended: Sequence[Told],
    books: Books,
    stands: Mapping[str, Stand],
) -> Recount:
    """What the line made and ended, what the ERP booked, what the platform says by order."""
    journal = books.journal
    orders = list(dict.fromkeys(one.order for one in counted))
    cases = [
        Case(
            order,
            [one for one in counted if one.order == order],
            [one for one in ended if one.order == order],
            [one for one in journal if one.order == order],
            stands[order],
            books.words,
        )
        for order in orders
        if order in stands
    ]
    differences = [
        *_doubled(journal),
        *_strangers(orders, journal),
        *_out_of_order(journal),
        *_mislaid(counted, books),
        *(
            f"{one}: made, and the platform knows nothing of it"
            for one in orders
            if one not in stands
        ),
        *(f"{case.order}: {word}" for case in cases for word in case.differences()),
    ]
    rows = [Row(case.order, case.good, case.posted, case.said) for case in cases]
    return Recount(tuple(rows), tuple(differences))


def _doubled(journal: Iterable[Entry]) -> Iterator[str]:
    times = Counter(document.reference for document in journal)
    yield from (f"{name}: booked {count} times" for name, count in times.items() if count > 1)


def _strangers(orders: Iterable[str], journal: Iterable[Entry]) -> Iterator[str]:
    booked = {document.order for document in journal}
    yield from (f"{order}: booked, never made" for order in sorted(booked.difference(orders)))


def _out_of_order(journal: Iterable[Entry]) -> Iterator[str]:
    """What goes in follows the order of the counting; yields wait for quality and may not."""
    last: dict[str, int] = {}
    for document in journal:
        number, order = document.number, document.order
        if document.kind == "consumption":
            if number < last.get(order, 0):
                yield f"{order}: consumption {number} was booked after {last[order]}"
            last[order] = number


def _mislaid(counted: Iterable[Made], books: Books) -> Iterator[str]:
    """The ERP's stock lost what the line used and gained the yields booked, and nothing else."""
    due: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in counted:
        due[one.item, one.input_lot] -= one.used
    for document in books.journal:
        if document.kind == "yield":
            for line in document.lines:
                due[MADE, line.lot] += line.quantity
    for item, lot in sorted(due.keys() | books.moved.keys()):
        wanted, found = due.get((item, lot), Decimal(0)), books.moved.get((item, lot), Decimal(0))
        if wanted != found:
            yield f"the ERP's stock of {item}/{lot} changed by {found} instead of {wanted}"
