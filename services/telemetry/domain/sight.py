"""One machine as its source shows it: values that change one by one become looks and states.

A look is identified by its equipment and time, whoever tells it: so its times only grow.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.telemetry.domain.change import Change, Counter, Role, Tag
from services.telemetry.domain.equipment import MachineMode, MachineState, StateChange
from services.telemetry.domain.look import CounterReading, Look, Quality
from services.telemetry.domain.looks import coalesce

_TICK = timedelta(microseconds=1)
_SITUATION = (Role.STATE, Role.MODE)


class Seen(NamedTuple):
    """What there is to tell of one machine, each in the order of time."""

    looks: Sequence[Look] = ()
    states: Sequence[StateChange] = ()


class Sight:
    """What is known of a machine by its `tags`; `last` and `told` are what an earlier process told.

    The order of calls: `begin` at every connection, then `replay` where the source remembers,
    then `see` until `lose`.
    """

    def __init__(
        self,
        equipment: str,
        counters: Sequence[Counter],
        tags: Collection[Tag],
        last: Look | None = None,
        told: StateChange | None = None,
    ) -> None:
        self.equipment = equipment
        self._counters = counters
        self._tags = frozenset(tags)
        self._values: dict[Tag, Change] = {}
        self._first: dict[Tag, Change] | None = {}
        self._after_first: list[Change] = []
        self._units: Mapping[str, str] = {}
        self._incarnation = ""
        # Per tag, until when history was replayed: what the connection repeats of it is old.
        self._replayed: dict[Tag, datetime] = {}
        self._replaying = False
        self._newest = self._sound = self._gap_since = last.read_at.moment if last else None
        self._doubtful = True
        self._job_since: datetime | None = None
        self._told = told

    @property
    def newest(self) -> datetime | None:
        """The time of the newest look."""
        return self._newest

    def begin(self, units: Mapping[str, str], incarnation: str) -> None:
        """A connection is there: the first values of all nodes make up its first look.

        `units` are those of the counters; `incarnation` says since when the controller runs.
        """
        if incarnation != self._incarnation:
            self._values = {}
        self._units, self._incarnation = units, incarnation
        self._first, self._after_first, self._replayed = {}, [], {}

    def replay(self, history: Iterable[Change]) -> Seen:
        """What the source remembers of the time when nobody listened; all of it is UNCERTAIN.

        Nothing where the machine restarted meanwhile, or was not seen before.
        """
        if not self._values:
            return Seen()
        self._replaying = True
        seen = self._tell(history)
        self._replaying = False
        self._replayed = {tag: change.at for tag, change in self._values.items()}
        return seen

    def see(self, changes: Iterable[Change]) -> Seen:
        """Take in what the source reported since the last call."""
        if self._first is None:
            return self._tell(changes)
        for change in changes:
            if change.tag in self._first:
                self._after_first.append(change)
            else:
                self._first[change.tag] = change
        if self._tags > self._first.keys():
            return Seen()
        first, rest = self._arrive(self._first), self._after_first
        self._first, self._after_first = None, []
        seen = self._tell(rest)
        return Seen(coalesce([*first.looks, *seen.looks]), [*first.states, *seen.states])

    def lose(self) -> Seen:
        """The connection is gone: nothing is certain until the machine is seen again."""
        self._doubtful, self._gap_since = True, self._gap_since or self._sound
        if self._told is None or self._told.quality is not Quality.GOOD:
            return Seen()
        self._told = replace(self._told, quality=Quality.UNCERTAIN)
        return Seen(states=[self._told])

    def _arrive(self, first: Mapping[Tag, Change]) -> Seen:
        """One look at everything as it was found: in which order it came about, nobody saw."""
        for tag, until in self._replayed.items():
            if first[tag].at <= until:
                first = {**first, tag: self._values[tag]}
        looks = []
        counted = [change.at for tag, change in first.items() if tag.role not in _SITUATION]
        if first == self._values:
            self._doubtful, self._gap_since = False, None
        self._values = dict(first)
        if counted and self._doubtful:
            self._gap_since = self._gap_since or self._sound
            looks = [self._look(max(counted))]
        state = self._situation(max(change.at for change in first.values()))
        states = [] if state == self._told else [state]
        self._told = state
        return Seen(looks, states)

    def _tell(self, changes: Iterable[Change]) -> Seen:
        looks, states = [], []
        for at, together in groupby(sorted(changes, key=attrgetter("at")), attrgetter("at")):
            new = [change for change in together if self._is_new(change)]
            counts = [change for change in new if change.tag.role is Role.COUNT]
            situation = [change for change in new if change.tag.role in _SITUATION]
            job = [change for change in new if change not in counts and change not in situation]
            if self._take(job):
                self._job_since = at
                looks.append(self._look(at))
            if self._take(counts):
                looks.append(self._look(at))
            if self._take(situation):
                self._told = self._situation(at)
                states.append(self._told)
        return Seen(coalesce(looks), states)

    def _is_new(self, change: Change) -> bool:
        until = self._replayed.get(change.tag)
        if until is not None and change.at <= until:
            return False
        self._replayed.pop(change.tag, None)
        return True

    def _take(self, changes: Iterable[Change]) -> bool:
        """Whether any of them shows something else than before."""
        changed = False
        for change in changes:
            before = self._values.get(change.tag)
            self._values[change.tag] = change
            changed = changed or before is None or _shown(before) != _shown(change)
        return changed

    def _look(self, at: datetime) -> Look:
        # What arrives after the change of job that it preceded cannot be attributed for certain.
        late = self._job_since is not None and at < self._job_since
        moment = at if self._newest is None or at > self._newest else self._newest + _TICK
        self._newest = moment
        qualities = [one.quality for tag, one in self._values.items() if tag.role not in _SITUATION]
        quality = max(qualities)
        gap_since = None
        if quality is Quality.BAD:
            self._doubtful, self._gap_since = True, self._gap_since or self._sound
        else:
            if self._doubtful or self._replaying or late:
                quality = Quality.UNCERTAIN
            gap_since = self._gap_since
            self._sound, self._doubtful, self._gap_since = moment, self._replaying, None
        return Look(
            equipment=self.equipment,
            read_at=Instant(moment),
            counters=tuple(self._readings()),
            order_no=self._text(Role.ORDER),
            lot_no=self._text(Role.LOT),
            quality=quality,
            gap_since=gap_since,
        )

    def _readings(self) -> Iterable[CounterReading]:
        for counter in self._counters:
            shown = self._values[Tag(Role.COUNT, counter.name)]
            if shown.quality is Quality.BAD or not isinstance(shown.value, Decimal):
                continue
            yield CounterReading(
                counter=counter.name,
                kind=counter.kind,
                reading=Quantity(shown.value, self._units[counter.name]),
                incarnation="" if counter.retained else self._incarnation,
                item_no=counter.item_no or self._text(Role.MATERIAL, counter.name),
                lot_no=self._text(Role.MATERIAL_LOT, counter.name),
                reason=self._text(Role.REASON, counter.name),
            )

    def _situation(self, at: datetime) -> StateChange:
        state, mode = (self._values.get(Tag(role)) for role in _SITUATION)
        known = [one for one in (state, mode) if one is not None]
        return StateChange(
            equipment=self.equipment,
            state=MachineState(_number(state)),
            mode=MachineMode(_number(mode)),
            quality=max((one.quality for one in known), default=Quality.GOOD),
            since=Instant(max((one.at for one in known), default=at)),
            order_no=self._text(Role.ORDER),
            lot_no=self._text(Role.LOT),
        )

    def _text(self, role: Role, counter: str = "") -> str:
        shown = self._values.get(Tag(role, counter))
        return str(shown.value) if shown else ""


def _number(shown: Change | None) -> int:
    return shown.value if shown and isinstance(shown.value, int) else 0


def _shown(change: Change) -> tuple[object, Quality]:
    return change.value, change.quality
