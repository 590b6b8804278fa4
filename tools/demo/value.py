"""What the shift is worth: the platform's journal against a count of our own, in money.

The line's file says what was made and used, the ERP's books what quality had scrapped, the master
data what things cost. The platform booked the warehouse's movements. Both come to the same, cent
for cent; only what is in work may be off by what each entry was rounded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.demo.finance import Entry, Finances
from tools.demo.shift import COSTS, HEATS, MADE, STOCK, USED
from tools.simulators.line.papers import Made

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Count:
    """What there is to value: all that was made, what quality scrapped of it, orders closed."""

    made: Sequence[Made]
    disposed: Decimal
    closed: Sequence[str]

    def stock(self, item: str) -> Decimal:
        """How much of an item lies there, whether or not it may be used."""
        if item == USED:
            return STOCK * len(HEATS) - sum((one.used for one in self.made), Decimal(0))
        return sum(one.good for one in self.made) - self.disposed

    def cost(self, order: str) -> Decimal:
        """Material used less output received, at standard, to the last decimal."""
        mine = [one for one in self.made if one.order == order]
        used = sum((one.used for one in mine), Decimal(0))
        return used * COSTS[USED] - sum(one.good for one in mine) * COSTS[MADE]

    def scrap(self, order: str) -> Decimal:
        """What the floor scrapped, likewise."""
        return sum(one.scrap for one in self.made if one.order == order) * COSTS[MADE]


@dataclass(frozen=True)
class Value:
    """The journal beside the count, and in words what does not agree."""

    count: Count
    found: Finances
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything is booked, to the cent."""
        return bool(self.found.entries) and not self.differences


def appraise(count: Count, found: Finances) -> Value:
    """Compare them."""
    return Value(count, found, tuple(_differences(count, found)))


def _differences(count: Count, found: Finances) -> Iterator[str]:
    yield from _unbooked(found)
    yield from _unbalanced(found)
    for item, cost in COSTS.items():
        worth = sum(
            (line.amount for one in found.entries for line in one.lines if line.item == item),
            Decimal(0),
        )
        amount = count.stock(item)
        yield from _apart(f"{amount} of {item} in stock", _cents(amount * cost), worth)
    received = STOCK * len(HEATS) * COSTS[USED]
    yield from _apart("received, not invoiced", -received, found.balance("grir"))
    yield from _apart("scrapped", count.disposed * COSTS[MADE], found.balance("scrap"))
    for order in dict.fromkeys(one.order for one in count.made):
        closed = order in count.closed
        yield from _closed(count, found, order) if closed else _open(count, found, order)


def _unbooked(found: Finances) -> Iterator[str]:
    """Every movement has its entry, once, and nothing else has one."""
    booked = found.booked
    yield from (f"parked: {one}" for one in found.parked)
    yield from (f"{one}: moved, not booked" for one in sorted(found.moved.difference(booked)))
    yield from (f"{one}: booked, never moved" for one in sorted({*booked} - found.moved))
    if len(booked) > len(set(booked)):
        yield f"{len(booked)} entries of {len(set(booked))} movements"


def _unbalanced(found: Finances) -> Iterator[str]:
    """Debit is credit in each entry and altogether, and accounts are what entries made of them."""
    for entry in found.entries:
        yield from _apart(f"the lines of {entry.reference}", Decimal(0), _sum(entry))
    debit = sum((one.debit for one in found.accounts), Decimal(0))
    yield from _apart("credit", debit, sum((one.credit for one in found.accounts), Decimal(0)))
    for account in found.accounts:
        lines = (line for one in found.entries for line in one.lines)
        folded = sum(
            (x.amount for x in lines if (x.account, x.role) == (account.no, account.role)),
            Decimal(0),
        )
        yield from _apart(f"account {account.no}", folded, account.balance)


def _closed(count: Count, found: Finances, order: str) -> Iterator[str]:
    """Nothing is in work; what was became variance by its causes."""
    said = found.costs[order]
    yield from _apart(f"{order} is closed; in work", Decimal(0), said.wip)
    yield from _apart(f"{order}: scrap", _cents(count.scrap(order)), said.scrap)
    usage = _cents(count.cost(order) - count.scrap(order))
    yield from _apart(f"{order}: usage", usage, said.usage)


def _open(count: Count, found: Finances, order: str) -> Iterator[str]:
    said, exact = found.costs[order].wip, count.cost(order)
    entries = sum(one.order == order for one in found.entries)
    if abs(said - exact) > entries * _CENT / 2:
        yield f"{order}: in work {exact}, the journal says {said}"


def _apart(what: str, truth: Decimal, said: Decimal) -> Iterator[str]:
    if truth != said:
        yield f"{what}: {truth}, the journal says {said}"


def _sum(entry: Entry) -> Decimal:
    return sum((line.amount for line in entry.lines), Decimal(0))


def _cents(exact: Decimal) -> Decimal:
    return exact.quantize(_CENT)
