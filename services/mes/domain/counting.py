"""From what counters show to what was made: the difference to the look before, job by job.

Between two looks that follow each other everything was counted for the later one's job. Where
that is not known nothing is guessed: the difference says why, and waits for a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.errors import DomainError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Confirmation, Consumption, Scrap
from services.mes.domain.keys import OrderKey
from services.mes.domain.look import (
    UNTOLD,
    CounterKey,
    CountKind,
    Job,
    Look,
    Material,
    Quality,
    Reading,
    Term,
)


class Outcome(StrEnum):
    """What became of a look."""

    BOOKED = "booked"
    UNCOUNTED = "uncounted"
    """At least in part."""
    NOTHING = "nothing"
    """No counter moved."""
    FENCED = "fenced"
    """Its collector was replaced by one of a later term."""
    STALE = "stale"
    """A later one was counted before, and it tells nothing new."""
    BAD = "bad"
    """The machine disowns it; the next one tells what it would have told."""


class Mark(NamedTuple):
    """What a counter showed when it was last counted, when, and for what."""

    total: Quantity
    read_at: datetime
    job: Job
    material: Material


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a difference is not booked; `code` is stable, `reason` for people."""

    code: str
    reason: str

    @classmethod
    def of(cls, error: DomainError) -> "Doubt":
        """What the books had against it."""
        return cls(error.code, f"{error}; {error.hint}" if error.hint else str(error))


@dataclass(frozen=True, slots=True)
class Difference:
    """What one counter moved on between two looks; counted for `after` where there is no doubt.

    `look` is the id of the later look, `before` the job at the earlier one, None without one.
    """

    look: str
    plant: str
    equipment: str
    reading: Reading
    quantity: Quantity
    before: Job | None
    after: Job
    read_at: Instant
    time_uncertain: bool = False
    doubt: Doubt | None = None

    @property
    def id(self) -> str:
        """Of the look and the counter: a counter moves once in a look."""
        return f"{self.look}/{self.reading.counter}"

    def doubted(self, doubt: Doubt) -> "Difference":
        """The same, not to be booked."""
        return replace(self, doubt=doubt)


class Taken(NamedTuple):
    """What a look told; NOTHING where it was taken and no counter moved."""

    outcome: Outcome
    differences: Sequence[Difference] = ()


@dataclass
class Meter:
    """The counters of one machine as they were last counted; `term` is the latest seen.

    `moved` are the marks that changed since it was opened.
    """

    plant: str
    equipment: str
    term: Term = UNTOLD
    read_at: datetime | None = None
    marks: dict[CounterKey, Mark] = field(default_factory=dict)
    moved: set[CounterKey] = field(default_factory=set)

    def take(self, look: Look) -> Taken:
        """Move on to a look; what it brings is counted once, in whatever order looks come."""
        if look.term < self.term:
            return Taken(Outcome.FENCED)
        self.term = look.term
        before, at = self.read_at or look.read_at.moment, look.read_at.moment
        if look.quality is Quality.BAD:
            self.read_at = max(before, at)
            return Taken(Outcome.BAD)
        # A counter shown twice is shown as it was said last.
        readings = {reading.counter: reading for reading in look.readings}.values()
        found = [moved for reading in readings if (moved := self._advance(look, reading))]
        self.read_at = max(before, at)
        if not found:
            return Taken(Outcome.STALE if at < before else Outcome.NOTHING)
        doubted = any(difference.doubt for difference in found)
        return Taken(Outcome.UNCOUNTED if doubted else Outcome.BOOKED, found)

    def _advance(self, look: Look, reading: Reading) -> Difference | None:
        at, mark = look.read_at.moment, self.marks.get(reading.key)
        if reading.total.value < 0 or (mark and _is_old(mark, at, reading.total)):
            return None
        zero = Quantity.zero(reading.total.unit)
        since = mark.total if mark and mark.total <= reading.total else zero
        last = mark or self._earlier(reading)
        unwatched = look.after_gap or mark is None or mark.read_at != self.read_at
        self.marks[reading.key] = Mark(reading.total, at, look.job, reading.material)
        self.moved.add(reading.key)
        if reading.total == since:
            return None
        was_reset = mark is not None and since is not mark.total
        return Difference(
            look=look.id,
            plant=look.plant,
            equipment=look.equipment,
            reading=reading,
            quantity=reading.total - since,
            before=last.job if last else None,
            after=look.job,
            read_at=look.read_at,
            time_uncertain=unwatched or was_reset or look.quality is not Quality.GOOD,
            doubt=_set_back(mark, reading) or _doubt(look.job, reading, last, unwatched=unwatched),
        )

    def _earlier(self, reading: Reading) -> Mark | None:
        """Of the counter's last incarnation, which ended we do not know when."""
        ended = [
            mark
            for key, mark in self.marks.items()
            if key[:2] == (reading.counter, reading.total.unit)
        ]
        return max(ended, key=lambda mark: mark.read_at, default=None)


def _is_old(mark: Mark, at: datetime, total: Quantity) -> bool:
    """Whether it was read before what is counted; at one and the same time a counter only grows."""
    return at < mark.read_at or (at == mark.read_at and total < mark.total)


def _set_back(mark: Mark | None, reading: Reading) -> Doubt | None:
    """A counter that was reset begins at nothing: one that still shows most was put right."""
    if mark is None or not reading.total < mark.total < reading.total + reading.total:
        return None
    return Doubt(
        "counter_set_back",
        f"the counter went back from {mark.total.text} to {reading.total.text}, not to 0: what was"
        " counted since is not known",
    )


def _doubt(job: Job, reading: Reading, last: Mark | None, *, unwatched: bool) -> Doubt | None:
    if not job.order_no:
        return Doubt("no_job", "the machine names no order")
    if last is None:
        return Doubt("unknown_start", "the counter was not seen before, so since when it counts")
    if not unwatched:
        return None
    if last.job != job:
        return Doubt("job_changed", "the job changed while nobody was watching")
    if last.material != reading.material:
        return Doubt("material_changed", "the material changed while nobody was watching")
    return None


def report(
    id: str, order: OrderKey, lot_no: str, unit: str, moved: Sequence[Difference]
) -> Confirmation:
    """The confirmation of what one look told; `unit` is the order's, for a yield of nothing.

    Raises InvalidError when two counters of one kind do not share their unit.
    """
    good = [one.quantity for one in moved if one.reading.kind is CountKind.GOOD]
    total = good[0] if good else Quantity.zero(unit)
    for more in good[1:]:
        total += more
    return Confirmation(
        id=id,
        order=order,
        good=total,
        rework=Quantity.zero(total.unit),
        occurred_at=moved[0].read_at,
        lot_no=lot_no,
        scrap=tuple(
            Scrap(one.quantity, one.reading.reason)
            for one in moved
            if one.reading.kind is CountKind.SCRAP
        ),
        consumed=tuple(
            Consumption(*one.reading.material, one.quantity)
            for one in moved
            if one.reading.kind is CountKind.CONSUMED
        ),
        equipment=moved[0].equipment,
        time_uncertain=any(one.time_uncertain for one in moved),
    )


class State(StrEnum):
    """Where an uncounted difference stands."""

    OPEN = "open"
    BOOKED = "booked"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a person settled a difference: booked for `job`, or dismissed (None). It stays so."""

    by: str
    at: datetime
    reason: str
    job: Job | None


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A difference that was not booked; `no` is its place in the list."""

    no: int
    difference: Difference
    recorded_at: datetime
    settlement: Settlement | None = None

    @property
    def state(self) -> State:
        """It waits until it is settled."""
        if self.settlement is None:
            return State.OPEN
        return State.BOOKED if self.settlement.job else State.DISMISSED
