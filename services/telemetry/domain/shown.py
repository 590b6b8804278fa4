"""What all nodes of one machine show at one time, read as counters, a job and a state."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.telemetry.domain.change import Change, Counter, Role, Tag
from services.telemetry.domain.equipment import MachineMode, MachineState, StateChange
from services.telemetry.domain.look import CounterReading, Look, Quality

SITUATION = (Role.STATE, Role.MODE)
"""What does not show in a look."""


class Shown:
    """The newest value of every node; `units` are those of the counters."""

    def __init__(self, equipment: str, counters: Sequence[Counter]) -> None:
        self.values: Mapping[Tag, Change] = {}
        self.units: Mapping[str, str] = {}
        self.incarnation = ""
        self._equipment = equipment
        self._counters = counters

    @property
    def retained(self) -> bool:
        """Whether every counter outlives a restart of its controller."""
        return all(counter.retained for counter in self._counters)

    @property
    def quality(self) -> Quality:
        """As good as the worst of what shows in a look."""
        return max(one.quality for tag, one in self.values.items() if tag.role not in SITUATION)

    def take(self, changes: Iterable[Change]) -> bool:
        """Whether any of them shows something else than before."""
        before, self.values = self.values, {**self.values, **{one.tag: one for one in changes}}
        return any(_said(before.get(tag)) != _said(one) for tag, one in self.values.items())

    def fall(self, counts: Iterable[Change]) -> bool:
        """Whether one of them shows less than before: it was reset in between."""
        known = self.values
        return any(
            one.quality is not Quality.BAD and _amount(one) < _amount(known[one.tag])
            for one in counts
        )

    def text(self, role: Role, counter: str = "") -> str:
        """Of an order, lot or reason; "" where there is none."""
        shown = self.values.get(Tag(role, counter))
        return str(shown.value) if shown else ""

    def readings(self) -> Iterable[CounterReading]:
        """Of the counters that can be read, in the order they were set up."""
        for counter in self._counters:
            shown = self.values[Tag(Role.COUNT, counter.name)]
            if shown.quality is Quality.BAD or not isinstance(shown.value, Decimal):
                continue
            yield CounterReading(
                counter=counter.name,
                kind=counter.kind,
                reading=Quantity(shown.value, self.units[counter.name]),
                incarnation="" if counter.retained else self.incarnation,
                item_no=counter.item_no or self.text(Role.MATERIAL, counter.name),
                lot_no=self.text(Role.MATERIAL_LOT, counter.name),
                reason=self.text(Role.REASON, counter.name),
            )

    def situation(self, at: datetime) -> StateChange:
        """The state and since when; `at` where no node tells."""
        state, mode = (self.values.get(Tag(role)) for role in SITUATION)
        known = [one for one in (state, mode) if one is not None]
        return StateChange(
            equipment=self._equipment,
            state=MachineState(_number(state)),
            mode=MachineMode(_number(mode)),
            quality=max((one.quality for one in known), default=Quality.GOOD),
            since=Instant(max((one.at for one in known), default=at)),
            order_no=self.text(Role.ORDER),
            lot_no=self.text(Role.LOT),
        )


def recalled(last: Look, told: StateChange | None, tags: Collection[Tag]) -> dict[Tag, Change]:
    """The values that were shown last; none where it was BAD, or the counters were others."""
    values: dict[Tag, Decimal | int | str] = {
        Tag(Role.ORDER): last.order_no,
        Tag(Role.LOT): last.lot_no,
    }
    for one in last.counters:
        values[Tag(Role.COUNT, one.counter)] = one.reading.value
        values[Tag(Role.MATERIAL, one.counter)] = one.item_no
        values[Tag(Role.MATERIAL_LOT, one.counter)] = one.lot_no
        values[Tag(Role.REASON, one.counter)] = one.reason
    if told:
        values[Tag(Role.STATE)], values[Tag(Role.MODE)] = told.state.value, told.mode.value
    if last.quality is Quality.BAD or any(tag not in values for tag in tags):
        return {}
    return {tag: Change(last.read_at.moment, tag, values[tag]) for tag in tags}


def _said(change: Change | None) -> tuple[object, Quality] | None:
    return (change.value, change.quality) if change else None


def _amount(shown: Change) -> Decimal:
    return shown.value if isinstance(shown.value, Decimal) else Decimal(0)


def _number(shown: Change | None) -> int:
    return shown.value if shown and isinstance(shown.value, int) else 0
