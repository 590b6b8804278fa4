"""One order of the recount: amounts by what they are of, and confirmations by their numbers."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tools.demo.erp.book import Entry, Line
from tools.demo.shift import KILOGRAMS, MADE, PIECES
from tools.demo.stand import Stand
from tools.simulators.line.papers import Made, Told

K = TypeVar("K", bound=Hashable)
Amounts = Mapping[K, Decimal]

_NONE = Decimal(0)


@dataclass(frozen=True)
class Case:
    """What the line counted and ended, what the ERP booked, what the platform says of it."""

    order: str
    counted: Sequence[Made]
    ended: Sequence[Told]
    booked: Sequence[Entry]
    said: Stand
    words: Mapping[str, str]

    @property
    def good(self) -> Decimal:
        """By the line."""
        return _total(_by(self.counted, lambda one: (one.order, Decimal(one.good))))

    @property
    def posted(self) -> Decimal:
        """Yield in the ERP."""
        return _total(self._lines("yield", lambda line: line.lot))

    def differences(self) -> Iterator[str]:
        """In words."""
        pieces = self.words[PIECES]
        used = _by(self.counted, lambda one: ((one.item, one.input_lot), one.used))
        made = _by(self.counted, lambda one: (one.lot, Decimal(one.good)))
        why = _by(self.counted, lambda one: (self.words.get(one.reason, ""), Decimal(one.scrap)))
        scrap = self._lines("scrap", lambda line: line.reason)
        yield from _apart("used", used, "booked", self._lines("consumption", _material))
        yield from _apart("used", used, "the platform says", self.said.used)
        yield from _apart("scrapped", why, "booked", scrap)
        yield from _apart("made", made, "the platform says", self.said.made)
        yield from self._too_much(made)
        yield from self._in_other_words(pieces)
        yield from self._unnumbered()
        yield from self._misstated()

    def _lines(self, kind: str, key: Callable[[Line], K]) -> Amounts[K]:
        lines = (line for one in self.booked if one.kind == kind for line in one.lines)
        return _by(lines, lambda line: (key(line), line.quantity))

    def _too_much(self, made: Amounts[str]) -> Iterator[str]:
        """A lot gives no more than was made of it; what waits or is held is not booked."""
        received = defaultdict(Decimal, self._lines("yield", lambda line: line.lot))
        for lot, amount in self._lines("disposed", lambda line: line.lot).items():
            received[lot] += amount
        for lot, amount in received.items():
            if amount > made.get(lot, _NONE):
                yield f"made {made.get(lot, _NONE)} of {lot}, booked {amount}"

    def _in_other_words(self, pieces: str) -> Iterator[str]:
        """Amounts of another unit or item are none of the line's."""
        for document in self.booked:
            used = document.kind == "consumption"
            unit = self.words[KILOGRAMS] if used else pieces
            for line in document.lines:
                if line.unit != unit or (line.item == MADE) == used:
                    yield f"{document.reference} books {line.unit} of {line.item}"

    def _unnumbered(self) -> Iterator[str]:
        """A number is of one consumption, or of the order's one end.

        On a busy machine a step of the line is seen in two looks: then a count has no consumption.
        """
        counts = [one.number for one in self.booked if one.kind == "consumption"]
        found = sorted([*counts, *(one.number for one in self.ended)])
        known = range(1, self.said.reports + 1)
        if len(self.ended) != 1 or len(set(found)) < len(found) or not {*found} <= {*known}:
            yield f"{self.said.reports} confirmations, {len(self.ended)} ends; of which {found}"
        if strange := sorted({one.number for one in self.booked} - {*known}):
            yield f"booked of confirmations {strange}, which nobody sent"

    def _misstated(self) -> Iterator[str]:
        """Where the platform's sums are not what was counted and booked."""
        stand = self.said
        scrapped = sum(one.scrap for one in self.counted)
        facts = (
            ("made", self.good, stand.confirmed),
            ("scrap of the floor", Decimal(scrapped), stand.scrap),
            ("in the ERP", self.posted, stand.posted),
            ("scrapped by quality", _total(self._lines("disposed", _material)), stand.scrapped),
        )
        for what, truth, said in facts:
            if truth != said:
                yield f"{what} {truth}, the platform says {said}"
        parts = stand.posted + stand.held + stand.scrapped + stand.waiting
        if parts != stand.confirmed:
            yield f"{stand.confirmed} confirmed, the parts make {parts}"


T = TypeVar("T")


def _by(things: Iterable[T], read: Callable[[T], tuple[K, Decimal]]) -> dict[K, Decimal]:
    """Sums that are not nothing."""
    found: dict[K, Decimal] = defaultdict(Decimal)
    for key, amount in map(read, things):
        found[key] += amount
    return {key: amount for key, amount in found.items() if amount}


def _apart(what: str, truth: Amounts[K], who: str, said: Amounts[K]) -> Iterator[str]:
    for key in dict.fromkeys([*truth, *said]):
        one, other = truth.get(key, _NONE), said.get(key, _NONE)
        if one != other:
            name = "/".join(key) if isinstance(key, tuple) else key
            yield f"{what} {one} of {name}, {who} {other}"


def _material(line: Line) -> tuple[str, str]:
    return line.item, line.lot


def _total(amounts: Amounts[K]) -> Decimal:
    return sum(amounts.values(), _NONE)
