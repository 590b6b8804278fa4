"""Identifiers: internal ones that sort by age, and the opaque ones of the graph."""

import base64
import binascii
import re
import secrets
import threading
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.kit.clock import Clock, SystemClock
from services.kit.errors import InvalidError
from services.kit.text import is_storable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_LENGTH = 512
_TYPE = re.compile(r"[A-Z][A-Za-z]{0,39}", re.ASCII)
EVERYWHERE = "*"
"""Stands for the plant where a key holds in all of them; no plant is called so."""


class _Ticks:
    """Sixty bits of time (48 of milliseconds, 12 below) that never repeat within a process."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self, clock: Clock) -> int:
        milliseconds, rest = divmod((clock.now() - _EPOCH) // _MICROSECOND, 1000)
        with self._lock:
            self._last = max(self._last + 1, milliseconds << 12 | rest * 4096 // 1000)
            return self._last


_ticks = _Ticks()
_system = SystemClock()


def uuid7(clock: Clock = _system) -> UUID:
    """A UUID version 7, greater than the one before it; for rows, never for order between them.

    Source: RFC 9562, 5.7 and 6.2 method 3.
    """
    ticks = _ticks.next(clock)
    milliseconds, below = ticks >> 12, ticks & 0xFFF
    return UUID(int=milliseconds << 80 | 7 << 76 | below << 64 | 2 << 62 | secrets.randbits(62))


class GraphId(NamedTuple):
    """What an id of the graph says: `key` is the natural key within the plant."""

    type: str
    plant: str
    key: str

    def encode(self) -> str:
        """The opaque form: base64url without padding of the parts, a line each.

        Raises InvalidError naming the part that cannot stand in an id.
        """
        if not _TYPE.fullmatch(self.type):
            raise _bad_part("type", self.type)
        for name, part in (("plant", self.plant), ("key", self.key)):
            if not part or "\n" in part or not is_storable(part):
                raise _bad_part(name, part)
        return base64.urlsafe_b64encode("\n".join(self).encode()).rstrip(b"=").decode()

    @classmethod
    def decode(cls, id: str, *, want: str = "") -> "GraphId":
        """Read an id; nothing is looked up. One text has one id: other spellings are refused.

        Raises InvalidError with code "bad_id", also when it names another type than `want`.
        """
        try:
            if len(id) > _MAX_LENGTH:
                raise _bad_id()
            parts = base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode().split("\n")
            found = cls(*parts)
            if found.encode() != id:
                raise _bad_id()
        except (ValueError, TypeError, binascii.Error, InvalidError):
            raise _bad_id() from None
        if want and found.type != want:
            raise InvalidError(
                f"the id names a {found.type}, not a {want}", code="bad_id", field="id"
            )
        return found


def join_key(*parts: str) -> str:
    """One natural key of several parts, such as "BREAD/L1"; a slash inside a part becomes %2F."""
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def split_key(key: str, count: int) -> list[str]:
    """The `count` parts of what join_key wrote; raises InvalidError with code "bad_id"."""
    parts = [part.replace("%2F", "/").replace("%25", "%") for part in key.split("/")]
    if len(parts) != count or join_key(*parts) != key:
        raise _bad_id()
    return parts


def _bad_id() -> InvalidError:
    return InvalidError(
        "not an id of this graph", code="bad_id", field="id", hint="take it from an answer"
    )


def _bad_part(name: str, part: str) -> InvalidError:
    return InvalidError(f"{part[:40]!r} cannot stand in an id", code="bad_id", field=name)
