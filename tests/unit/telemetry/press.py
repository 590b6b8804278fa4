"""A press for the tests of looks: two counters, a job, a material lot, a reason."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from services.telemetry.domain.change import Change, Counter, Role, Tag
from services.telemetry.domain.equipment import StateChange
from services.telemetry.domain.look import CounterKind, Look, Quality
from services.telemetry.domain.sight import Sight

PRESS = "lyon/hall-1/press-1"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
GOOD, SCRAP, USED = (Tag(Role.COUNT, name) for name in ("good", "scrap", "used"))
ORDER, LOT, STATE, MODE = (Tag(role) for role in (Role.ORDER, Role.LOT, Role.STATE, Role.MODE))
REASON, MATERIAL = Tag(Role.REASON, "scrap"), Tag(Role.MATERIAL_LOT, "used")
COUNTERS = (
    Counter("good", CounterKind.GOOD, retained=True),
    Counter("scrap", CounterKind.SCRAP, retained=True),
    Counter("used", CounterKind.CONSUMED, retained=True, item_no="FLOUR"),
)
UNITS = {"good": "H87", "scrap": "H87", "used": "KGM"}
START: dict[Tag, Decimal | int | str] = {
    GOOD: Decimal(0),
    SCRAP: Decimal(0),
    USED: Decimal(0),
    ORDER: "",
    LOT: "",
    STATE: 4,
    MODE: 1,
    REASON: "",
    MATERIAL: "",
}


def at(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def change(tag: Tag, value: int | str, seconds: float, quality: Quality = Quality.GOOD) -> Change:
    """What the node shows since so many seconds after noon."""
    typed = Decimal(value) if tag.role is Role.COUNT else value
    return Change(at(seconds), tag, typed, quality)


def first(seconds: float = 0, **values: int | str) -> list[Change]:
    """What a connection finds; values by the lower-case name of their tag."""
    said = START | {globals()[name.upper()]: value for name, value in values.items()}
    return [
        Change(at(seconds), tag, Decimal(value) if tag.role is Role.COUNT else value)
        for tag, value in said.items()
    ]


def sight(
    last: Look | None = None, told: StateChange | None = None, *, retained: bool = True
) -> Sight:
    """One that saw nothing yet."""
    counters = [
        Counter(one.name, one.kind, retained=retained, item_no=one.item_no) for one in COUNTERS
    ]
    return Sight(PRESS, counters, START, last, told)


def connected(seconds: float = 0, *, retained: bool = True) -> Sight:
    """One that was seen; its first look is told."""
    made = sight(retained=retained)
    made.begin(UNITS, "boot-1")
    made.see(first(seconds))
    return made


def count(looks: Iterable[Look]) -> dict[tuple[str, str, str], Decimal]:
    """What was counted by counter, order and what it is about, as the follower of looks does it."""
    booked: dict[tuple[str, str, str], Decimal] = {}
    for before, look in pairwise(looks):
        for was, now in zip(before.counters, look.counters, strict=True):
            since = was.reading.value
            more = now.reading.value - (since if now.reading.value >= since else 0)
            key = now.counter, look.order_no, now.reason + now.lot_no
            booked[key] = booked.get(key, Decimal(0)) + more
    return {key: value for key, value in booked.items() if value}


def good(look: Look) -> int:
    """What the counter of good pieces shows."""
    return int(look.counters[0].reading.value)
