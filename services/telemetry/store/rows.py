"""Between machines and the columns of their tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.telemetry.domain.equipment import MachineMode, MachineState, StateChange
from services.telemetry.domain.look import CounterKind, CounterReading, Look
from services.telemetry.domain.look import Quality as Trust
from services.telemetry.domain.machine import Machine

Column = list[Any]
Counters = tuple[CounterReading, ...]


def columns(rows: Iterable[Sequence[Any]], width: int) -> tuple[Column, ...]:
    """As many arrays as a row is wide, so that a statement is the same for one row and 500."""
    turned: tuple[Column, ...] = tuple([] for _ in range(width))
    for row in rows:
        for column, value in zip(turned, row, strict=True):
            column.append(value)
    return turned


def write_machine(machine: Machine) -> tuple[Any, ...]:
    """Path, the order it works on, then the columns of look and state."""
    return (
        machine.equipment,
        machine.order_no,
        *(_write_look(machine.look) if machine.look else (None,) * 6),
        *(_write_state(machine.state) if machine.state else (None,) * 7),
    )


def read_machine(row: Sequence[Any], counters: Counters) -> Machine:
    """Path, epoch, then the columns of look and state."""
    equipment, epoch, *told = row
    return Machine(
        equipment,
        epoch,
        _read_look(equipment, told[:6], counters),
        _read_state(equipment, told[6:]),
    )


def write_counters(machine: Machine) -> Iterable[tuple[Any, ...]]:
    """A row for each, in their order."""
    for place, one in enumerate(machine.counters):
        yield (
            machine.equipment,
            one.counter,
            place,
            one.kind.name,
            one.reading.value,
            one.reading.unit,
            one.incarnation,
            one.item_no,
            one.lot_no,
            one.reason,
        )


def read_counter(row: Sequence[Any]) -> CounterReading:
    """Name, kind, reading and unit, then the texts."""
    counter, kind, reading, unit, *texts = row
    return CounterReading(counter, CounterKind[kind], Quantity(reading, unit), *texts)


def _write_look(look: Look) -> tuple[Any, ...]:
    return (
        *_write_instant(look.read_at),
        look.quality.name,
        look.gap_since,
        look.order_no,
        look.lot_no,
    )


def _read_look(equipment: str, columns: Sequence[Any], counters: Counters) -> Look | None:
    read_at, offset, quality, gap_since, order_no, lot_no = columns
    if read_at is None:
        return None
    when = _read_instant(read_at, offset)
    return Look(equipment, when, counters, order_no, lot_no, Trust[quality], gap_since)


def _write_state(state: StateChange) -> tuple[Any, ...]:
    return (
        state.state.name,
        state.mode.name,
        state.quality.name,
        *_write_instant(state.since),
        state.order_no,
        state.lot_no,
    )


def _read_state(equipment: str, columns: Sequence[Any]) -> StateChange | None:
    state, mode, quality, since, offset, order_no, lot_no = columns
    if state is None:
        return None
    return StateChange(
        equipment,
        MachineState[state],
        MachineMode[mode],
        Trust[quality],
        _read_instant(since, offset),
        order_no,
        lot_no,
    )


def _write_instant(instant: Instant) -> tuple[datetime, int]:
    return instant.moment, instant.offset_minutes


def _read_instant(moment: datetime, offset: int) -> Instant:
    return Instant(moment, offset)
