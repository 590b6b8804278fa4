"""A service's own token, for what it does when nobody's request is at hand."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from services.kit.clock import Clock
from services.kit.errors import UnauthenticatedError, UnavailableError

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_RENEW_AT = 0.75


class ServiceIdentity:
    """Gets a token with the client's secret (OAuth 2.0 client credentials) and renews it in time.

    Source: RFC 6749, 4.4.
    """

    def __init__(self, token_url: str, client_id: str, secret: str, clock: Clock) -> None:
        self._url = token_url
        self._headers = {"Authorization": aiohttp.encode_basic_auth(client_id, secret)}
        self._clock = clock
        self._token = ""
        self._renew_at = self._good_until = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._renewing = asyncio.Lock()

    async def token(self) -> str:
        """A token that is good now; an old one while the issuer is away and it has not expired.

        Raises UnavailableError without either, UnauthenticatedError if the issuer refuses us.
        """
        if self._clock.now() >= self._renew_at:
            async with self._renewing:
                if self._clock.now() >= self._renew_at:
                    await self._renew()
        return self._token

    async def _renew(self) -> None:
        try:
            token, seconds = await self._ask()
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
            if self._clock.now() < self._good_until:
                # One try a while: every call of a busy service would wait for a dead issuer.
                self._renew_at = min(self._clock.now() + timedelta(seconds=5), self._good_until)
                return
            raise UnavailableError(
                "the issuer does not give this service a token",
                code="issuer_unavailable",
                retry_after=1,
            ) from error
        now = self._clock.now()
        self._token = token
        self._renew_at = now + timedelta(seconds=seconds * _RENEW_AT)
        self._good_until = now + timedelta(seconds=seconds)

    async def _ask(self) -> tuple[str, float]:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, headers=self._headers) as session,
            session.post(
                self._url, data={"grant_type": "client_credentials"}, allow_redirects=False
            ) as answer,
        ):
            if answer.status in {400, 401, 403}:
                raise UnauthenticatedError(
                    "the issuer refuses this service",
                    code="service_refused",
                    hint="check its client id and secret",
                )
            answer.raise_for_status()
            body: dict[str, Any] = await answer.json()
            return str(body["access_token"]), float(body["expires_in"])
