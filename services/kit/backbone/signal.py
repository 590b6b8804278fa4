"""What the backbone tells about itself: counters, and alerts that want a person."""

from enum import StrEnum
from typing import Protocol

from services.kit.log import logger
from services.kit.signals import counter


class Signal(StrEnum):
    """A thing that happened; the facts name topic, partition and what else belongs to it."""

    PLACED = "placed"
    PUBLISHED = "published"
    REPUBLISH_SUPPRESSED = "republish_suppressed"
    REFUSED = "refused"
    BEHIND = "behind"
    AHEAD = "ahead"
    LOST_ALL = "lost_all"
    STARTED_EMPTY = "started_empty"
    GHOST_DROPPED = "ghost_dropped"
    NEW_INCARNATION = "new_incarnation"
    FOREIGN_TAIL = "foreign_tail"
    HOLE_IN_OUTBOX = "hole_in_outbox"
    CURSOR_BEYOND_HEAD = "cursor_beyond_head"
    EVICTION_ALLOWED = "eviction_allowed"
    BROKER_REFUSED = "broker_refused"
    BROKER_DOWN = "broker_down"
    DATABASE_RETRIED = "database_retried"
    DATABASE_LOST = "database_lost"
    TRIMMED = "trimmed"
    TRIM_WITHHELD = "trim_withheld"
    TAKEN_OVER = "taken_over"
    LEASE_LOST = "lease_lost"
    HANDED_OVER = "handed_over"
    BATCH_READ_AGAIN = "batch_read_again"
    FENCED = "fenced"
    APPLIED = "applied"
    SKIPPED = "skipped"
    NEW_INCARNATION_READ = "new_incarnation_read"
    GAP = "gap"
    FORK = "fork"
    PARKED = "parked"
    QUEUED_BEHIND = "queued_behind"
    DEAD_LETTER = "dead_letter"
    REPLAYED = "replayed"
    KEY_RELEASED = "key_released"
    HELD_BACK = "held_back"


ALERTS = frozenset(
    {
        Signal.FOREIGN_TAIL,
        Signal.HOLE_IN_OUTBOX,
        Signal.CURSOR_BEYOND_HEAD,
        Signal.EVICTION_ALLOWED,
        Signal.TRIM_WITHHELD,
        Signal.GAP,
        Signal.FORK,
        Signal.DEAD_LETTER,
    }
)
_ROUTINE = frozenset({Signal.PLACED, Signal.PUBLISHED, Signal.APPLIED, Signal.TRIMMED})
_log = logger(__name__)
_events = counter("plantmesh.backbone.events")


class Observer(Protocol):
    """Takes every signal; it must be quick and must not raise."""

    def __call__(self, signal: Signal, amount: int = 1, /, **facts: object) -> None:
        """`amount` is how many at once (events, entries, partitions)."""


def log_signal(signal: Signal, amount: int = 1, /, **facts: object) -> None:
    """Write a line: alerts as warnings, what happens all the time only for debugging."""
    if signal in ALERTS:
        _log.warning(signal.value, amount=amount, **facts)
    elif signal in _ROUTINE:
        _log.debug(signal.value, amount=amount, **facts)
    else:
        _log.info(signal.value, amount=amount, **facts)


def count_signal(signal: Signal, amount: int = 1, /, **facts: object) -> None:
    """Count it as the metric plantmesh.backbone.events, and write its line."""
    labels = {name: str(facts.get(name, "")) for name in ("topic", "consumer")}
    _events.add(amount, {"what": signal.value} | labels)
    log_signal(signal, amount, **facts)
