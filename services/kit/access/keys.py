"""The issuer's public keys: from its JWKS address, or given."""

import asyncio
import json
from typing import Any, Protocol

import aiohttp
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from services.kit.clock import Clock
from services.kit.errors import UnauthenticatedError, UnavailableError

REFRESH_AFTER = 600.0
"""Seconds after which the keys are read again, so that a withdrawn one stops working."""
ASK_AGAIN_AFTER = 10.0
"""Seconds between two readings at least, however many unknown key ids are sent."""
_LARGEST = 65_536
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class Keys(Protocol):
    """Public keys by their id."""

    async def find(self, kid: str) -> Key:
        """Raises UnauthenticatedError on an unknown id, UnavailableError if none can be read."""
        ...


class GivenKeys:
    """Keys that never change."""

    def __init__(self, jwks: dict[str, Any]) -> None:
        self._keys = read_keys(jwks)

    async def find(self, kid: str) -> Key:
        """Raises UnauthenticatedError on an unknown id."""
        return _by_id(self._keys, kid)


class IssuerKeys:
    """Keys read from `url`, kept, and read again when an unknown id or their age asks for it.

    While the issuer does not answer, the keys last read stay good.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._read_at = self._asked_at = float("-inf")
        self._reading = asyncio.Lock()

    async def find(self, kid: str) -> Key:
        """Raises UnauthenticatedError on an unknown id, UnavailableError if none can be read."""
        if self._is_due(kid):
            async with self._reading:
                if self._is_due(kid):
                    await self._refresh()
        return _by_id(self._keys, kid)

    def _is_due(self, kid: str) -> bool:
        now = self._clock.monotonic()
        if self._keys and now - self._asked_at < ASK_AGAIN_AFTER:
            return False
        return kid not in self._keys or now - self._read_at >= REFRESH_AFTER

    async def _refresh(self) -> None:
        self._asked_at = self._clock.monotonic()
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.get(self._url, allow_redirects=False) as answer,
            ):
                answer.raise_for_status()
                body = await answer.content.read(_LARGEST)
            keys = read_keys(json.loads(body))
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            if not self._keys:
                raise UnavailableError(
                    "the issuer's keys cannot be read", code="issuer_unavailable", retry_after=1
                ) from error
            return
        self._keys, self._read_at = keys, self._clock.monotonic()


def read_keys(jwks: Any) -> dict[str, Key]:
    """The public signing keys of a JWKS by id, others left out; raises ValueError if none is."""
    found: dict[str, Key] = {}
    entries = jwks.get("keys", []) if isinstance(jwks, dict) else []
    for entry in entries:
        # A shared secret in a public document could only mislead; "kid" is how tokens choose.
        if entry.get("kty") not in {"EC", "RSA"} or entry.get("use", "sig") != "sig":
            continue
        if kid := entry.get("kid"):
            found[kid] = _import(entry)
    if not found:
        raise ValueError("no signing key in the JWKS")
    return found


def _import(entry: dict[str, Any]) -> Key:
    try:
        return JWKRegistry.import_key(entry)
    except JoseError as error:
        raise ValueError("a key of the JWKS is malformed") from error


def _by_id(keys: dict[str, Key], kid: str) -> Key:
    try:
        return keys[kid]
    except KeyError:
        raise UnauthenticatedError(
            "the token is signed with an unknown key", code="bad_token", hint="sign in again"
        ) from None
