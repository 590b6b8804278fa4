"""A journal entry: lines that balance to nothing in every plant. It stays as it was booked."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from services.erp.domain.booking import Role
from services.erp.domain.keys import OrderKey
from services.erp.domain.money import Money
from services.kit.errors import InvalidError

NOTHING = Fraction(0)


class EntryKind(StrEnum):
    """Why an entry is in the journal."""

    MOVEMENT = "movement"
    REVALUATION = "revaluation"
    """Stock follows its newest cost."""
    SETTLEMENT = "settlement"
    """The rest of a closed order's WIP becomes variance."""


class EntryKey(NamedTuple):
    """Unique in the journal: a movement that is told twice is booked once."""

    plant: str
    kind: EntryKind
    reference: str


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` is positive in debit. `exact` is what it would be without rounding.

    `item_no` and `quantity` (in the item's base unit) are those of a stock account's line.
    """

    plant: str
    account: str
    role: Role
    amount: Money
    exact: Fraction
    item_no: str = ""
    quantity: Fraction = NOTHING

    def inverted(self) -> "Line":
        """On the other side."""
        return replace(self, amount=-self.amount, exact=-self.exact, quantity=-self.quantity)


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines of one currency; an entry without any says that its movement books nothing.

    `order` is whose WIP it touches. Raises InvalidError where debit is not credit, per plant.
    """

    key: EntryKey
    business_date: date
    lines: tuple[Line, ...] = ()
    order: OrderKey | None = None
    reverses: str = ""
    text: str = field(default="", compare=False)
    """The movement's type, for people."""

    def __post_init__(self) -> None:
        """Balance, in minor units and before rounding."""
        amounts: defaultdict[tuple[str, str], int] = defaultdict(int)
        exact: defaultdict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for line in self.lines:
            amounts[line.plant, line.amount.currency] += line.amount.minor
            exact[line.plant, line.amount.currency] += line.exact
        if len({currency for _, currency in amounts}) > 1:
            raise _unbalanced(self, "it mixes currencies")
        if any(amounts.values()) or any(exact.values()):
            raise _unbalanced(self, "debit is not credit")

    @property
    def currency(self) -> str:
        """ "" where there are no lines."""
        return self.lines[0].amount.currency if self.lines else ""

    def inverse(self, key: EntryKey, day: date, text: str) -> "Entry":
        """What takes it back, whatever things cost by then."""
        lines = tuple(line.inverted() for line in self.lines)
        return Entry(key, day, lines, self.order, reverses=self.key.reference, text=text)


def _unbalanced(entry: Entry, why: str) -> InvalidError:
    return InvalidError(f"{entry.key.reference}: {why}", code="unbalanced", field="lines")
