"""Between OPC UA values and the domain's: exact numbers, plain text, or BAD; nothing is guessed."""

import math
import struct
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeGuard

from asyncua import ua

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.telemetry.domain.change import Change, Role, Tag
from services.telemetry.domain.equipment import MachineMode, MachineState
from services.telemetry.domain.look import Quality

_MAX_TEXT = 64
# A controller's clock may be ahead; one that is further ahead than this would hide what follows.
_MAX_AHEAD = timedelta(minutes=5)
# Source: OPC 10000-6, 5.2.2.5: the beginning of this calendar stands for no time.
_NO_YEAR = 1601
_SINGLE_DIGITS = range(6, 9)
# Source: OPC 10000-4, 7.39.1: severity in the two highest bits; the queue of an item
# whose value says overflow was full, and lost those before it.
_UNCERTAIN, _BAD = 0x4000_0000, 0x8000_0000
_OVERFLOW = 0x0000_0480


def read_change(
    tag: Tag, shown: ua.DataValue, now: datetime, ahead: timedelta = timedelta(0)
) -> Change:
    """What a node says, since when by its source's clock (the server's or ours, if it has none).

    That clock is `ahead` of ours.
    """
    told = read_time(shown.SourceTimestamp) or read_time(shown.ServerTimestamp)
    at = min(told - ahead, now + _MAX_AHEAD) if told else now
    quality = _quality(_code(shown))
    value = None if quality is Quality.BAD else _value(tag, shown.Value)
    if value is None:
        value, quality = _nothing(tag), Quality.BAD
    return Change(at, tag, value, quality, after_loss=_code(shown) & _OVERFLOW == _OVERFLOW)


def read_time(told: object) -> datetime | None:
    """A moment of a server's, None for what stands for none."""
    if not isinstance(told, datetime) or told.year <= _NO_YEAR:
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told


def _code(shown: ua.DataValue) -> int:
    return int(shown.StatusCode.value) if shown.StatusCode else 0


def _quality(code: int) -> Quality:
    if code & _BAD:
        return Quality.BAD
    return Quality.UNCERTAIN if code & _UNCERTAIN else Quality.GOOD


def _nothing(tag: Tag) -> Decimal | int | str:
    if tag.role in (Role.STATE, Role.MODE):
        return 0
    return Decimal(0) if tag.role is Role.COUNT else ""


def _value(tag: Tag, variant: ua.Variant | None) -> Decimal | int | str | None:
    value = variant.Value if variant else None
    match tag.role:
        case Role.COUNT:
            single = variant is not None and variant.VariantType is ua.VariantType.Float
            return _count(value, single=single)
        case Role.STATE | Role.MODE:
            known = MachineState if tag.role is Role.STATE else MachineMode
            return int(value) if _is_whole(value) and int(value) in [*known] else None
    return _text(value)


def _count(value: object, *, single: bool) -> Decimal | None:
    """By the shortest text that reads back as the same float; None for what is no count."""
    if isinstance(value, float) and math.isfinite(value):
        value = Decimal(_single(value) if single else repr(value))
    elif _is_whole(value):
        value = Decimal(int(value))
    try:
        # A quantity knows what is too long to be exact.
        count = Quantity(value, "C62").value if isinstance(value, Decimal) else None
    except InvalidError:
        return None
    return count if count is not None and count >= 0 else None


def _single(value: float) -> str:
    """Of a float of four bytes, which has half as many digits as ours have."""
    texts = (f"{value:.{digits}g}" for digits in _SINGLE_DIGITS)
    return next((text for text in texts if _as_single(text) == value), f"{value:.9g}")


def _as_single(text: str) -> float:
    [read] = struct.unpack("<f", struct.pack("<f", float(text)))
    return float(read)


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object) -> str | None:
    if isinstance(value, ua.LocalizedText):
        value = value.Text
    if value is None:
        return ""
    if _is_whole(value):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    return text if len(text) <= _MAX_TEXT and text.isprintable() else None
