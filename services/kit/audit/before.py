"""What a store loaded to change, so that saving it tells old and new in one line.

saw("work_order", "lyon/4711", fields)       where it is loaded and locked
saved("work_order", "lyon/4711", fields)     where it is stored
"""

from weakref import WeakKeyDictionary

import msgspec

from services.kit.audit.change import Change
from services.kit.audit.record import record
from services.kit.store import Work, current_work

_seen: WeakKeyDictionary[Work, dict[tuple[str, str], object]] = WeakKeyDictionary()


def saw(kind: str, key: str, thing: object) -> None:
    """Remember it as it is now, until this unit of work ends."""
    _seen_by(current_work())[kind, key] = _copy(thing)


def saved(kind: str, key: str, thing: object, *, reason: str = "") -> None:
    """Record what became of it since it was seen; nothing where it is the same.

    What nobody saw is recorded whole, with an empty old: it was there, and is not new.
    """
    work = current_work()
    seen = _seen_by(work)
    old, new = seen.get((kind, key), {}), _copy(thing)
    if old != new:
        record(work, Change(kind, key, old, new, reason))
        seen[kind, key] = new


def made(kind: str, key: str, thing: object, *, reason: str = "") -> None:
    """Record that it is new."""
    work = current_work()
    new = _copy(thing)
    record(work, Change(kind, key, None, new, reason))
    _seen_by(work)[kind, key] = new


def _seen_by(work: Work) -> dict[tuple[str, str], object]:
    return _seen.setdefault(work, {})


def _copy(thing: object) -> object:
    """Plain values that do not change when the thing does."""
    return msgspec.to_builtins(thing, str_keys=True, enc_hook=str)
