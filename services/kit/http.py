"""What an HTTP answer needs to be read: a bound on its size, and how long it asks to wait."""

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import aiohttp

LARGEST = 32 * 1024 * 1024
"""Bytes of an answer, unpacked."""
LONGEST_WAIT = 3600.0
"""Seconds; whoever asks for more is asked again after an hour."""


class TooLargeError(aiohttp.ClientError):
    """An answer of more than LARGEST bytes; the rest of it was not read."""


async def read_bounded(got: aiohttp.ClientResponse) -> bytes:
    """All of its content; raises TooLargeError as soon as there is too much of it."""
    content = bytearray()
    async for chunk in got.content.iter_any():
        content += chunk
        if len(content) > LARGEST:
            raise TooLargeError(f"more than {LARGEST} bytes")
    return bytes(content)


def wait_asked(headers: Mapping[str, str]) -> float:
    """Seconds of Retry-After; 0 where it says nothing that can be read.

    A moment is compared with the answer's own Date, so that no clock has to be right. Source:
    RFC 9110, 10.2.3.
    """
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given), LONGEST_WAIT)
    until, now = _moment(given), _moment(headers.get("Date", ""))
    if until is None or now is None:
        return 0.0
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT)


def _moment(text: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
