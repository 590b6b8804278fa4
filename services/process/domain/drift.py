"""Where the warehouse and the ERP do not have the same, and what explains it.

Ours less theirs is what is in flight toward the ERP; what is left is drift. It is told, and nothing
is changed for it, here or there. Source: domain-model 3.6.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.process.domain.keys import OrderKey


class StockClass(StrEnum):
    """As far as an ERP tells stock apart; ANY where it does not."""

    ANY = "any"
    UNRESTRICTED = "unrestricted"
    QUALITY = "quality"
    BLOCKED = "blocked"


CLASSES: Mapping[str, StockClass] = {
    "unrestricted": StockClass.UNRESTRICTED,
    "restricted": StockClass.UNRESTRICTED,
    "quality": StockClass.QUALITY,
    "blocked": StockClass.BLOCKED,
    "gr_blocked_valuated": StockClass.BLOCKED,
}
"""The class of wms' statuses; the others are in no ERP's stock (not valued, or under way)."""


class DriftKind(StrEnum):
    """What was compared."""

    STOCK = "stock"
    DELIVERY = "delivery"


class Subject(NamedTuple):
    """What drifts: stock of an item and lot in a class, or what an order delivered."""

    plant: str
    kind: DriftKind
    item_no: str = ""
    lot_no: str = ""
    status: str = ""
    order_no: str = ""


class Goods(NamedTuple):
    """Of an item and lot in a class; the quantity is None where it cannot be understood."""

    item_no: str
    lot_no: str
    status: StockClass
    quantity: Quantity | None
    problem: str = ""


class Delivery(NamedTuple):
    """What the ERP says was delivered for an order."""

    order_no: str
    quantity: Quantity | None
    problem: str = ""


class Pending(NamedTuple):
    """What the warehouse has and the ERP has not yet; negative the other way round.

    `delivers` is a yield that counts as delivered once it is posted.
    """

    order: OrderKey
    item_no: str
    lot_no: str
    status: StockClass
    quantity: Quantity
    delivers: bool = False


class InFlight(NamedTuple):
    """What is under way to the ERP, and what quality rejected, which never goes there.

    Of the rejected only what was blocked is BLOCKED; the rest is gone.
    """

    pending: Sequence[Pending]
    rejected: Sequence[Pending]


@dataclass(frozen=True, slots=True)
class Compared:
    """All in one unit."""

    subject: Subject
    ours: Quantity
    theirs: Quantity
    in_flight: Quantity

    @property
    def unexplained(self) -> Quantity:
        """What nobody can account for."""
        return self.ours - self.theirs - self.in_flight


class Problem(NamedTuple):
    """What could not be compared, and why (stable code)."""

    subject: Subject
    code: str


@dataclass(frozen=True, slots=True)
class Sight:
    """A plant's two books, side by side."""

    compared: Sequence[Compared]
    problems: Sequence[Problem]

    @property
    def drifting(self) -> dict[Subject, Compared]:
        """What is left unexplained."""
        return {one.subject: one for one in self.compared if one.unexplained.value}


def compare_stock(
    plant: str, ours: Iterable[Goods], theirs: Iterable[Goods], pending: Iterable[Pending]
) -> Sight:
    """By item, lot and class, as far as the ERP tells classes apart."""
    found, problems = list(theirs), list[Problem]()
    any_class = all(one.status is StockClass.ANY for one in found)

    def subject(item_no: str, lot_no: str, status: StockClass) -> Subject:
        known = StockClass.ANY if any_class else status
        return Subject(plant, DriftKind.STOCK, item_no, lot_no, known)

    sums = _Sums()
    for one in ours:
        sums.add(0, subject(*one[:3]), one.quantity, one.problem)
    for one in found:
        sums.add(1, subject(*one[:3]), one.quantity, one.problem)
    for each in pending:
        sums.add(2, subject(each.item_no, each.lot_no, each.status), each.quantity)
    problems += sums.problems
    return Sight(list(sums.compared()), problems)


def compare_deliveries(
    plant: str,
    made: Mapping[OrderKey, Quantity],
    theirs: Iterable[Delivery],
    pending: Iterable[Pending],
) -> Sight:
    """By order that is open there and known here."""
    sums = _Sums()
    for one in theirs:
        key = OrderKey(plant, one.order_no)
        if key in made:
            subject = Subject(plant, DriftKind.DELIVERY, order_no=one.order_no)
            sums.add(0, subject, made[key])
            sums.add(1, subject, one.quantity, one.problem)
    for each in pending:
        subject = Subject(plant, DriftKind.DELIVERY, order_no=each.order.order_no)
        if each.delivers and subject in sums.known:
            sums.add(2, subject, each.quantity)
    return Sight(list(sums.compared()), sums.problems)


class _Sums:
    """Ours, theirs and what is in flight, in the unit that was met first."""

    def __init__(self) -> None:
        self.known: dict[Subject, list[Quantity]] = {}
        self._broken: dict[Subject, str] = {}

    def add(self, side: int, subject: Subject, amount: Quantity | None, problem: str = "") -> None:
        """One figure more."""
        if amount is None:
            self._broken.setdefault(subject, problem)
            return
        row = self.known.setdefault(subject, [Quantity.zero(amount.unit)] * 3)
        try:
            row[side] += amount.to(row[side].unit)
        except InvalidError as error:
            self._broken.setdefault(subject, error.code)

    @property
    def problems(self) -> list[Problem]:
        """What cannot be compared."""
        return [Problem(subject, self._broken[subject]) for subject in sorted(self._broken)]

    def compared(self) -> Iterator[Compared]:
        """The rest."""
        for subject in sorted(self.known.keys() - self._broken.keys()):
            yield Compared(subject, *self.known[subject])


def rejected(goods: Iterable[Goods], flying: InFlight) -> Iterator[Pending]:
    """Of what quality rejected (and no ERP ever heard of) as much as is still blocked here.

    What is about to be blocked here counts as blocked.
    """
    left = by_lot(goods, StockClass.BLOCKED)
    for each in flying.pending:
        there = left.get((each.item_no, each.lot_no), Quantity.zero(each.quantity.unit))
        if each.status is StockClass.BLOCKED and there.unit == each.quantity.unit:
            left[each.item_no, each.lot_no] = there - each.quantity
    for one in flying.rejected:
        there = left.get((one.item_no, one.lot_no), Quantity.zero(one.quantity.unit))
        if one.status is not StockClass.BLOCKED or there.unit != one.quantity.unit:
            continue
        share = min(there, one.quantity)
        left[one.item_no, one.lot_no] = there - share
        if share.value:
            yield one._replace(quantity=share)


def by_lot(goods: Iterable[Goods], status: StockClass) -> dict[tuple[str, str], Quantity]:
    """How much of each lies in that class."""
    found = defaultdict[tuple[str, str], list[Quantity]](list)
    for one in goods:
        if one.status is status and one.quantity is not None:
            found[one.item_no, one.lot_no].append(one.quantity)
    return {key: sum(rest, first) for key, (first, *rest) in found.items()}
