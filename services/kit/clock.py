"""Time: what the clock says, when something happened and where, and the plant's business date."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from services.kit.errors import InvalidError

# From UTC-12:00 to UTC+14:00 people live; beyond it a source is misconfigured.
_MIN_OFFSET, _MAX_OFFSET = -720, 840
_FIRST_YEAR, _LAST_YEAR = 1900, 3000


class Clock(Protocol):
    """The only way to the time; injected, so that a test can move it."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, comparable within this process."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that only grow, comparable within this process."""
        return time.monotonic()


class ManualClock:
    """A clock that stands until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """The moment it was moved to."""
        return self._now

    def monotonic(self) -> float:
        """Seconds it was moved forward; setting the wall clock back does not touch them."""
        return self._monotonic

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
        self._monotonic += by.total_seconds()

    def set(self, moment: datetime) -> None:
        """Change the wall clock alone, as an operator or a time server does."""
        self._now = moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment in UTC and the offset (minutes east) that its source showed.

    Raises InvalidError on a naive time, a year before 1901 or after 2999, and an offset outside
    -12:00 to +14:00.
    """

    moment: datetime
    offset_minutes: int = 0

    def __post_init__(self) -> None:
        """Refuse naive times; keep the moment in UTC."""
        if self.moment.tzinfo is None:
            raise _bad_time("a time needs its offset")
        if not _MIN_OFFSET <= self.offset_minutes <= _MAX_OFFSET:
            raise InvalidError(
                f"{self.offset_minutes} minutes is no offset of this planet",
                code="bad_time",
                field="offset_minutes",
            )
        if not _FIRST_YEAR < self.moment.year < _LAST_YEAR:
            raise _bad_time(f"nothing here happens in the year {self.moment.year}")
        object.__setattr__(self, "moment", self.moment.astimezone(UTC))

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Take the offset from an aware time."""
        offset = moment.utcoffset()
        if offset is None:
            raise _bad_time("a time needs its offset")
        if offset % timedelta(minutes=1):
            raise _bad_time("an offset is whole minutes")
        return cls(moment, offset // timedelta(minutes=1))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ISO 8601 with an offset ("2026-05-04T14:00:00+02:00", or Z)."""
        try:
            moment = datetime.fromisoformat(text)
        except (TypeError, ValueError):
            raise _bad_time(f"{str(text)[:40]!r} is not a time") from None
        return cls.of(moment)

    def local(self) -> datetime:
        """The time as the source showed it."""
        return self.moment.astimezone(timezone(timedelta(minutes=self.offset_minutes)))

    def __str__(self) -> str:
        """ISO 8601 with the source's offset."""
        return self.local().isoformat()


def business_date(instant: Instant, zone: str) -> date:
    """The calendar day at the plant, whatever offset the source showed; `zone` is an IANA name.

    Raises InvalidError on a zone nobody knows.
    """
    return instant.moment.astimezone(find_zone(zone)).date()


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name; raises InvalidError naming `zone`."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise InvalidError(
            f"{name[:40]!r} is not an IANA time zone",
            code="unknown_zone",
            field="zone",
            hint='write a name such as "Europe/Paris"',
        ) from None


def _bad_time(message: str) -> InvalidError:
    return InvalidError(
        message,
        code="bad_time",
        field="moment",
        hint='write ISO 8601 with an offset, such as "2026-05-04T14:00:00+02:00"',
    )
