"""A machine as its collectors last told of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.telemetry.domain.equipment import Mark, StateChange
from services.telemetry.domain.look import CounterReading, Look, Quality, plant_of

Report = Look | StateChange


@dataclass(slots=True)
class Machine:
    """The newest look and the newest state; `epoch` is of the term that told of it last.

    Not `heard` while no collector of its plant reads: what was told last may be long past.
    """

    equipment: str
    epoch: int
    look: Look | None = None
    state: StateChange | None = None
    heard: bool = True

    @property
    def plant(self) -> str:
        """The first part of the path."""
        return plant_of(self.equipment)

    @property
    def mark(self) -> Mark:
        """How far it is recorded."""
        return Mark(
            read_at=self.look.read_at.moment if self.look else None,
            since=self.state.since.moment if self.state else None,
        )

    @property
    def newest(self) -> Report | None:
        """What tells the job it works on: losing sight of a machine does not."""
        if self.look and self.state and self.state.since.moment > self.look.read_at.moment:
            return self.state
        return self.look or self.state

    @property
    def order_no(self) -> str:
        """Of the order it works on, "" between jobs."""
        return self.newest.order_no if self.newest else ""

    @property
    def lot_no(self) -> str:
        """Of the lot it makes, "" between jobs."""
        return self.newest.lot_no if self.newest else ""

    @property
    def quality(self) -> Quality:
        """BAD while a counter cannot be read; a gap is over when the machine is seen again."""
        if self.look and self.look.quality is Quality.BAD:
            return Quality.BAD
        told = self.state.quality if self.state else Quality.GOOD
        return told if self.heard or told is Quality.BAD else Quality.UNCERTAIN

    @property
    def counters(self) -> tuple[CounterReading, ...]:
        """As last read."""
        return self.look.counters if self.look else ()

    @property
    def as_of(self) -> datetime | None:
        """The source time of the newest value; None before the first."""
        return max((time for time in (self.mark.read_at, self.mark.since) if time), default=None)

    def hear(self, report: Report) -> bool:
        """Take note of it; False when it is old news, as all of a repeated batch is."""
        return self._see(report) if isinstance(report, Look) else self._enter(report)

    def _see(self, look: Look) -> bool:
        if self.look and look.read_at.moment <= self.look.read_at.moment:
            return False
        if look.quality is Quality.BAD:
            # What could not be read shows what was read before.
            known = {one.counter: one for one in (*self.counters, *look.counters)}
            look = replace(look, counters=tuple(known.values()))
        self.look = look
        return True

    def _enter(self, state: StateChange) -> bool:
        if self.state and (state == self.state or state.since.moment < self.state.since.moment):
            return False
        self.state = state
        return True
