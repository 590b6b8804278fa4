"""OData V2's values as JSON. Numbers are strings there, so nothing passes through a float.

Source: OData V2, "Primitive Data Types"; ISO 8601 for Edm.Time.
"""

import datetime as dt
import re
from decimal import Decimal
from urllib.parse import quote

from services.kit.errors import InvalidError

_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d+)?\)/")
_TIME = re.compile(r"PT(?:(\d{1,2})H)?(?:(\d{1,2})M)?(?:(\d{1,2})(?:\.\d{1,7})?S)?")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PLAIN = "'"
_STAMP = "%Y%m%d%H%M%S"


def literal(text: str) -> str:
    """A string in a filter or a key."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def key(**parts: str) -> str:
    """Which entity of a set, as it stands in a request."""
    named = (f"{name}={quote(literal(value), safe=_PLAIN)}" for name, value in parts.items())
    return f"({','.join(named)})"


def write_day(day: dt.date) -> str:
    """A day as Edm.DateTime."""
    return f"/Date({(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC) - _EPOCH) // _MS})/"


def write_amount(amount: Decimal) -> str:
    """A decimal without an exponent."""
    return format(amount, "f")


def write_stamp(moment: dt.datetime) -> str:
    """A moment as 14 digits of UTC."""
    return moment.astimezone(dt.UTC).strftime(_STAMP)


def read_stamp(text: str, field: str) -> dt.datetime:
    """A moment of 14 digits; raises InvalidError naming the field."""
    try:
        return dt.datetime.strptime(text, _STAMP).replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise _unreadable(text, field) from error


def read_instant(text: str, field: str) -> dt.datetime:
    """An Edm.DateTimeOffset, or an Edm.DateTime as if in UTC; raises InvalidError.

    Some services write them in ISO 8601 instead.
    """
    moment = _DATE.fullmatch(text)
    try:
        if moment:
            return _EPOCH + int(moment[1]) * _MS
        found = dt.datetime.fromisoformat(text)
        return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (OverflowError, ValueError) as error:
        raise _unreadable(text, field) from error


def write_instant(text: str) -> str:
    """A moment in ISO 8601, UTC, as a literal of a filter."""
    return f"datetimeoffset'{text.removesuffix('+00:00')}Z'"


def read_day(text: str | None, field: str) -> dt.date | None:
    """An Edm.DateTime that is a day; raises InvalidError naming the field."""
    return read_instant(text, field).date() if text else None


def read_moment(
    day: str | None, time: str | None, zone: dt.tzinfo, field: str
) -> dt.datetime | None:
    """An Edm.DateTime and the Edm.Time beside it, on clocks of `zone`; raises InvalidError."""
    if not day:
        return None
    midnight, clock = read_instant(day, field).replace(tzinfo=zone), _TIME.fullmatch(time or "PT")
    if not clock:
        raise _unreadable(f"{day} {time}", field)
    hours, minutes, seconds = (int(part or 0) for part in clock.groups())
    try:
        return midnight + dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as error:
        raise _unreadable(day, field) from error


def _unreadable(text: str, field: str) -> InvalidError:
    return InvalidError(f"{text[:40]!r} is no moment", code="unreadable_order", field=field)


_MS = dt.timedelta(milliseconds=1)
