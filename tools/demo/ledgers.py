"""Two ledgers of the same goods: the platform's journal beside the ERP's own.

Both are at standard cost, and differ for reasons that have a name. `waiting`: what was made is in
our stock as soon as it is confirmed, in the ERP's once quality has released it. `scrapped`: what
quality scrapped came into our stock and left it again, while the ERP, which never had it, books
nothing and leaves it in the order's work. `rounding`: the ERP rounds every document by itself, we
carry what is left over to the next. And a closed order's work has become variance here; there it
stays where it was, so both are compared as what the order took less what it gave.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.demo.erp.book import Booking
from tools.demo.finance import Cost, Finances
from tools.demo.shift import COSTS, MADE

_HALF_A_CENT = Decimal("0.005")
_NONE = Decimal(0)


@dataclass(frozen=True)
class Left:
    """An order's pieces that the ERP does not have: they wait, or quality scrapped them."""

    order: str
    waiting: Decimal
    scrapped: Decimal


@dataclass(frozen=True)
class Row:
    """A balance in both ledgers, and what named reasons make of the difference."""

    what: str
    ours: Decimal
    theirs: Decimal
    waiting: Decimal
    scrapped: Decimal
    documents: int

    @property
    def rounding(self) -> Decimal:
        """What no other reason explains."""
        return self.ours - self.theirs - self.waiting - self.scrapped

    @property
    def agrees(self) -> bool:
        """Whether that is no more than half a cent a document."""
        return abs(self.rounding) <= self.documents * _HALF_A_CENT


def beside(found: Finances, theirs: Sequence[Booking], left: Sequence[Left]) -> list[Row]:
    """Stock by item, what was received, what each order took less what it gave."""
    return [*_stock(found, theirs, left), _received(found, theirs), *_work(found, theirs, left)]


def _stock(found: Finances, theirs: Sequence[Booking], left: Sequence[Left]) -> Iterator[Row]:
    for item in COSTS:
        ours = [line.amount for one in found.entries for line in one.lines if line.item == item]
        booked = [one.amount for one in theirs if one.on_stock and one.item == item]
        waiting = sum((one.waiting for one in left), _NONE) if item == MADE else _NONE
        worth = waiting * COSTS[item]
        yield Row(f"stock of {item}", _sum(ours), _sum(booked), worth, _NONE, len(booked))


def _received(found: Finances, theirs: Sequence[Booking]) -> Row:
    """Invoices are awaited here; there it was found, for nobody ordered it."""
    booked = [one.amount for one in theirs if not one.on_stock and not one.order]
    return Row("received", found.balance("grir"), _sum(booked), _NONE, _NONE, len(booked))


def _work(found: Finances, theirs: Sequence[Booking], left: Sequence[Left]) -> Iterator[Row]:
    for one in left:
        booked = [x.amount for x in theirs if not x.on_stock and x.order == one.order]
        entries = [entry for entry in found.entries if entry.order == one.order]
        yield Row(
            f"work of {one.order}",
            _taken(found.costs[one.order]),
            _sum(booked),
            -one.waiting * COSTS[MADE],
            -one.scrapped * COSTS[MADE],
            len(booked) + len(entries),
        )


def _taken(cost: Cost) -> Decimal:
    return cost.wip + cost.usage + cost.scrap + cost.rounding


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, _NONE)
