"""Looks and states as a collector of lyon tells them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.telemetry.domain.equipment import MachineMode, MachineState, StateChange
from services.telemetry.domain.look import CounterKind, CounterReading, Look, Quality

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PRESS, OVEN = "lyon/hall-1/press-1", "lyon/hall-2/oven-1"


def at(second: float) -> Instant:
    """Seconds after noon, as a clock in Lyon showed it."""
    return Instant(NOON + timedelta(seconds=second), 120)


def good(value: str, **more: Any) -> CounterReading:
    """Kilograms that came out well."""
    return counted("good", CounterKind.GOOD, value, **more)


def scrapped(value: str, **more: Any) -> CounterReading:
    """Kilograms that did not."""
    return counted("scrap", CounterKind.SCRAP, value, **more)


def used(value: str, lot_no: str = "F1") -> CounterReading:
    """Kilograms of flour."""
    return counted("flour", CounterKind.CONSUMED, value, item_no="FLOUR", lot_no=lot_no)


def counted(name: str, kind: CounterKind, value: str, **more: Any) -> CounterReading:
    """A counter of kilograms."""
    return CounterReading(name, kind, Quantity(Decimal(value), "KGM"), **more)


def look(second: float, *counters: CounterReading, equipment: str = PRESS, **changes: Any) -> Look:
    """At the press, working on order 4711 unless told otherwise; it shows `second` kilograms."""
    job = {"order_no": "4711", "lot_no": "L1", **changes}
    return Look(equipment, at(second), counters or (good(str(second)),), **job)


def state(
    second: float,
    state: MachineState = MachineState.EXECUTE,
    *,
    equipment: str = PRESS,
    quality: Quality = Quality.GOOD,
    **changes: Any,
) -> StateChange:
    """In production since that second."""
    job = {"order_no": "4711", "lot_no": "L1", **changes}
    mode = MachineMode.PRODUCTION
    return StateChange(equipment, state, mode, quality, at(second), **job)
