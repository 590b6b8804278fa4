"""Between machines and protobuf messages; the only module that spells both."""

from collections.abc import Iterable
from datetime import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.telemetry.v1 import equipment_pb2, events_pb2

from services.kit.wire import write_instant, write_quantity
from services.telemetry.domain.equipment import MachineMode, MachineState, StateChange
from services.telemetry.domain.look import CounterKind, CounterReading, Look, Quality
from services.telemetry.domain.machine import Machine, Report


def write_fact(epoch: int, fact: Report) -> Message:
    """The event that tells of it."""
    if isinstance(fact, StateChange):
        return _write_state(epoch, fact)
    return _write_look(epoch, fact)


def write_machine(machine: Machine) -> equipment_pb2.Equipment:
    """As it was last told of."""
    state = machine.state
    return equipment_pb2.Equipment(
        plant=machine.plant,
        equipment=machine.equipment,
        state=_state(state.state if state else MachineState.UNKNOWN),
        mode=_mode(state.mode if state else MachineMode.UNKNOWN),
        quality=_quality(machine.quality),
        since=write_instant(state.since) if state else None,
        order_no=machine.order_no,
        lot_no=machine.lot_no,
        counters=_write_counters(machine.counters),
        as_of=_write_moment(machine.as_of),
        epoch=machine.epoch,
    )


def _write_look(epoch: int, look: Look) -> Message:
    return events_pb2.CountersRead(
        plant=look.plant,
        equipment=look.equipment,
        epoch=epoch,
        counters=_write_counters(look.counters),
        order_no=look.order_no,
        lot_no=look.lot_no,
        quality=_quality(look.quality),
        gap_since=_write_moment(look.gap_since),
        read_at=write_instant(look.read_at),
    )


def _write_state(epoch: int, change: StateChange) -> Message:
    return events_pb2.EquipmentStateChanged(
        plant=change.plant,
        equipment=change.equipment,
        epoch=epoch,
        state=_state(change.state),
        mode=_mode(change.mode),
        quality=_quality(change.quality),
        since=write_instant(change.since),
        order_no=change.order_no,
        lot_no=change.lot_no,
    )


def _write_counters(counters: Iterable[CounterReading]) -> list[equipment_pb2.CounterReading]:
    return [
        equipment_pb2.CounterReading(
            counter=one.counter,
            kind=_kind(one.kind),
            reading=write_quantity(one.reading),
            incarnation=one.incarnation,
            item_no=one.item_no,
            lot_no=one.lot_no,
            reason=one.reason,
        )
        for one in counters
    ]


def _write_moment(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def _state(state: MachineState) -> equipment_pb2.MachineState.ValueType:
    name = state.name if state else "UNSPECIFIED"
    return equipment_pb2.MachineState.Value(f"MACHINE_STATE_{name}")


def _mode(mode: MachineMode) -> equipment_pb2.MachineMode.ValueType:
    name = mode.name if mode else "UNSPECIFIED"
    return equipment_pb2.MachineMode.Value(f"MACHINE_MODE_{name}")


def _quality(quality: Quality) -> equipment_pb2.Quality.ValueType:
    return equipment_pb2.Quality.Value(f"QUALITY_{quality.name}")


def _kind(kind: CounterKind) -> equipment_pb2.CounterKind.ValueType:
    return equipment_pb2.CounterKind.Value(f"COUNTER_KIND_{kind.name}")
