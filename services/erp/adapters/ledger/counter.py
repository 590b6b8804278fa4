"""One request to the ledger: what came back, or what its absence means. Nothing is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from services.kit.http import read_bounded, wait_asked
from services.kit.lanes.outcome import Unavailable, Unknown

_NOT_SERVED = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""Refused as a whole: the request was surely not carried out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the ledger said."""

    status: int
    content: bytes


class Counter:
    """A pooled session; waits `seconds` for each answer."""

    def __init__(self, url: str, key: str, seconds: float, parallel: int) -> None:
        self._session = aiohttp.ClientSession(
            url.rstrip("/") + "/",
            connector=aiohttp.TCPConnector(limit=2 * parallel),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(total=seconds, connect=seconds / 2),
        )

    async def ask(
        self, method: str, path: str, content: bytes | None = None, **more: Any
    ) -> Answer | Unavailable | Unknown:
        """Send it once."""
        try:
            async with self._session.request(method, path, data=content, **more) as got:
                answer = Answer(got.status, await read_bounded(got))
                return _trouble(answer, got.headers) or answer
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Unavailable(f"the ledger cannot be reached: {error}")
        except (aiohttp.ClientError, TimeoutError) as error:
            return Unknown(f"no answer from the ledger: {type(error).__name__} {error}")

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()


def _trouble(answer: Answer, headers: Mapping[str, str]) -> Unavailable | Unknown | None:
    """Answers that say nothing about the posting."""
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable("too fast for the ledger", wait_asked(headers), throttled=True)
    if status in _NOT_SERVED:
        return Unavailable(f"the ledger answered {status}", wait_asked(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(f"the ledger answered {status}")
    return None
