"""One machine as its source shows it: values that change one by one become looks and states.

A look is identified by its equipment and time, whoever tells it: so its times only grow.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from services.kit.clock import Instant
from services.telemetry.domain.change import Change, Counter, Role, Tag
from services.telemetry.domain.equipment import StateChange
from services.telemetry.domain.look import Look, Quality
from services.telemetry.domain.looks import coalesce
from services.telemetry.domain.shown import SITUATION, Shown, recalled

_TICK = timedelta(microseconds=1)
_time = attrgetter("at")


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
        self.newest = last.read_at.moment if last else None
        """The time of the newest look."""
        self.restarted = True
        """Whether the controller, or we, were started since that look, as far as we know."""
        self._tags = frozenset(tags)
        self._shown = Shown(equipment, counters)
        self._shown.values = recalled(last, told, self._tags) if last else {}
        self._first: dict[Tag, Change] | None = {}
        self._after_first: list[Change] = []
        # Per tag, until when history was replayed: what the connection repeats of it is old.
        self._replayed: dict[Tag, datetime] = {}
        self._replaying = False
        self._doubtful = True
        self._sound = self._gap_since = self.newest
        self._job_since: datetime | None = None
        self._told = told

    @property
    def awaited(self) -> frozenset[Tag]:
        """Nodes that have shown nothing since the connection began; without them is no look."""
        return frozenset() if self._first is None else self._tags - self._first.keys()

    def begin(self, units: Mapping[str, str], incarnation: str) -> None:
        """A connection is there: the first values of all nodes make up its first look.

        `units` are those of the counters; `incarnation` says since when the controller runs.
        """
        self.restarted = incarnation != self._shown.incarnation
        self._shown.units, self._shown.incarnation = units, incarnation
        self._first, self._after_first, self._replayed = {}, [], {}

    def replay(self, history: Sequence[Change]) -> Seen:
        """What the source remembers of the time when nobody listened; all of it is UNCERTAIN.

        Nothing where it remembers another machine than was seen, or may have forgotten a part.
        """
        since = self.newest
        if since is None or not self._is_remembered(history, since):
            return Seen()
        self._replaying = True
        seen = self._tell(change for change in history if change.at > since)
        self._replaying = False
        self._replayed = {tag: change.at for tag, change in self._shown.values.items()}
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
        self._miss()
        if self._told is None or self._told.quality is not Quality.GOOD:
            return Seen()
        self._told = replace(self._told, quality=Quality.UNCERTAIN)
        return Seen(states=[self._told])

    def _is_remembered(self, history: Sequence[Change], until: datetime) -> bool:
        """Whether history goes back to the newest look, and shows what that look did.

        The memory of a controller that ran all the time may be short: nothing is nothing new.
        """
        if not self._shown.values or (self.restarted and not self._shown.retained):
            return False
        before = {one.tag: one.value for one in sorted(history, key=_time) if one.at <= until}
        watched = [tag for tag in self._tags if tag.role not in SITUATION]
        complete = all(tag in before for tag in watched) or not self.restarted
        known = self._shown.values
        return complete and all(
            before.get(tag, known[tag].value) == known[tag].value for tag in watched
        )

    def _arrive(self, first: dict[Tag, Change]) -> Seen:
        """One look at everything as it was found: in which order it came about, nobody saw."""
        known = self._shown.values
        current = {
            tag: known[tag] if tag in self._replayed and one.at <= self._replayed[tag] else one
            for tag, one in first.items()
        }
        if current == known and not self.restarted:
            # By its own times nothing happened meanwhile, or history told all of it.
            self._doubtful, self._gap_since = False, None
        self._shown.values = current
        looks = []
        counted = [one.at for tag, one in current.items() if tag.role not in SITUATION]
        if counted and self._doubtful:
            self._gap_since = self._gap_since or self._sound
            looks = [self._look(max(counted))]
        state = self._shown.situation(max(one.at for one in current.values()))
        states = [] if state == self._told else [state]
        self._told = state
        return Seen(looks, states)

    def _tell(self, changes: Iterable[Change]) -> Seen:
        looks, states = [], []
        missed, new = _split([one for one in sorted(changes, key=_time) if self._is_new(one)])
        if missed:
            looks.append(self._resume(missed))
        for at, together in groupby(new, _time):
            moment = list(together)
            counts = [change for change in moment if change.tag.role is Role.COUNT]
            situation = [change for change in moment if change.tag.role in SITUATION]
            job = [change for change in moment if change not in counts and change not in situation]
            if self._shown.take(job):
                self._job_since = at
                looks.append(self._look(at))
            if self._shown.fall(counts):
                # Nobody saw how far it came before, and no later look may hide that.
                self._miss()
            if self._shown.take(counts):
                looks.append(self._look(at))
            if self._shown.take(situation):
                self._told = self._shown.situation(at)
                states.append(self._told)
        return Seen(coalesce(looks), states)

    def _resume(self, missed: Sequence[Change]) -> Look:
        """One look at the end of a part of which values were lost: for what, nobody saw."""
        self._miss()
        self._shown.take(missed)
        self._job_since = missed[-1].at
        return self._look(missed[-1].at)

    def _miss(self) -> None:
        """From the last look that could be relied on to the next one there is a gap."""
        self._doubtful, self._gap_since = True, self._gap_since or self._sound

    def _is_new(self, change: Change) -> bool:
        until = self._replayed.get(change.tag)
        if until is not None and change.at <= until:
            return False
        self._replayed.pop(change.tag, None)
        return True

    def _look(self, at: datetime) -> Look:
        moment = at if self.newest is None or at > self.newest else self.newest + _TICK
        self.newest = moment
        quality, gap_since = self._judge(at, moment)
        return Look(
            equipment=self.equipment,
            read_at=Instant(moment),
            counters=tuple(self._shown.readings()),
            order_no=self._shown.text(Role.ORDER),
            lot_no=self._shown.text(Role.LOT),
            quality=quality,
            gap_since=gap_since,
        )

    def _judge(self, at: datetime, moment: datetime) -> tuple[Quality, datetime | None]:
        """How far a look can be relied on, and since when there was a gap before it."""
        if self._shown.quality is Quality.BAD:
            self._miss()
            return Quality.BAD, None
        # What arrives after the change of job that it preceded cannot be attributed for certain.
        late = self._job_since is not None and at < self._job_since
        doubt = self._doubtful or self._replaying or late
        gap_since = self._gap_since
        self._sound, self._doubtful, self._gap_since = moment, self._replaying, None
        return Quality.UNCERTAIN if doubt else self._shown.quality, gap_since


def _split(changes: Sequence[Change]) -> tuple[Sequence[Change], Sequence[Change]]:
    """What shows in a look, up to the last loss of any of it; and the rest."""
    watched = [one for one in changes if one.tag.role not in SITUATION]
    losses = [one.at for one in watched if one.after_loss]
    if not losses:
        return (), changes
    until = max(losses)
    missed = [one for one in watched if one.at <= until]
    rest = [one for one in changes if one.tag.role in SITUATION or one.at > until]
    return missed, rest
