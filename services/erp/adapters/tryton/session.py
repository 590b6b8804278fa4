"""JSON-RPC with Tryton: one login, then calls. Nothing is repeated but what was refused unread."""

import asyncio
import base64
import ssl
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, Self

import aiohttp
import msgspec

from services.erp.adapters.door import Door
from services.erp.adapters.tryton.outcomes import (
    StoppedError,
    WarnedError,
    as_reading,
    of_error,
    of_status,
)
from services.erp.adapters.tryton.terms import Terms
from services.erp.adapters.tryton.values import decode, encode
from services.kit.http import read_bounded
from services.kit.lanes.outcome import Unavailable, Unknown

_MOST_WARNINGS = 20


class Session:
    """A user at work. All calls raise StoppedError."""

    def __init__(self, terms: Terms, password: str, trust: ssl.SSLContext) -> None:
        self._user, self._password = terms.user, password
        # Tryton hangs up when it likes: on a kept connection that would look like a lost answer.
        self._http = aiohttp.ClientSession(
            terms.url.rstrip("/") + "/",
            connector=aiohttp.TCPConnector(limit=2 * terms.parallel, force_close=True, ssl=trust),
            headers={"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(
                total=terms.request_timeout, connect=terms.request_timeout / 2
            ),
        )
        self._entering = asyncio.Lock()
        self._door = Door(terms.refused_login_seconds)
        self._badge = ""
        self._context: dict[str, Any] = {}
        self.user_id = 0
        """Tryton's number of us; known after the first call."""

    async def company(self) -> int:
        """The one we work for, by Tryton's number."""
        await self._enter("")
        return int(self._context["company"])

    async def read(self, model: str, method: str, *params: Any, **context: Any) -> Any:
        """Ask for something. Without an answer nothing has happened: Unavailable."""
        try:
            return await self._call(model, method, params, context)
        except StoppedError as stopped:
            raise as_reading(stopped) from stopped

    async def change(
        self,
        model: str,
        method: str,
        *params: Any,
        stamps: Mapping[str, str] | None = None,
        confirmed: Collection[str] = (),
    ) -> None:
        """Have something done, if nobody changed what `stamps` names; Unknown without an answer.

        A warning of a code in `confirmed` is answered, and the call made again. What comes back is
        no proof: read what became of it.
        """
        context = {"_timestamp": stamps} if stamps else {}
        for _ in range(_MOST_WARNINGS):
            try:
                await self._call(model, method, params, context)
            except WarnedError as warned:
                if warned.code not in confirmed:
                    raise
                await self._answer(warned)
            else:
                return
        raise StoppedError(Unknown("Tryton does not stop to warn"))

    async def close(self) -> None:
        """Let go of connections; the session ends by itself."""
        await self._http.close()

    async def _answer(self, warned: WarnedError) -> None:
        # Only administrators may create one; this is open to whoever was warned.
        await self._call("res.user.warning", "skip", (warned.name,), {})

    async def _call(
        self, model: str, method: str, params: tuple[Any, ...], context: dict[str, Any]
    ) -> Any:
        badge = await self._enter("")
        asked = f"model.{model}.{method}"
        try:
            return await self._send(asked, [*params, self._context | context], badge)
        except _TurnedAwayError as turned:
            # Refused as a whole: the session ended.
            badge = await self._enter(badge)
            try:
                return await self._send(asked, [*params, self._context | context], badge)
            except _TurnedAwayError:
                raise of_status(turned.status, {}) from turned

    async def _enter(self, spent: str) -> str:
        """The badge to show; a new one when the last is spent."""
        async with self._entering:
            if self._badge in ("", spent):
                await self._log_in()
            return self._badge

    async def _log_in(self) -> None:
        if why := self._door.why:
            raise StoppedError(Unavailable(why))
        self._badge = ""
        try:
            who = [self._user, {"password": self._password}, "en"]
            user, key = _Login.of(await self._send("common.db.login", who, ""))
            badge = base64.b64encode(f"{self._user}:{user}:{key}".encode()).decode()
            known = await self._send("model.res.user.get_preferences", [True, {}], badge)
        except _TurnedAwayError as turned:
            self._door.shut()
            raise StoppedError(Unavailable(f"Tryton does not let {self._user} in")) from turned
        except StoppedError as stopped:
            raise as_reading(stopped) from stopped
        self._context = _context(self._user, known)
        self.user_id, self._badge = user, badge

    async def _send(self, method: str, params: list[Any], badge: str) -> Any:
        content = encode({"id": 1, "method": method, "params": params})
        headers = {"Authorization": f"Session {badge}"} if badge else {}
        try:
            # Behind a redirect the request would arrive as another one.
            async with self._http.post(
                "rpc/", data=content, headers=headers, allow_redirects=False
            ) as got:
                if got.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                    raise _TurnedAwayError(got.status)
                if got.status != HTTPStatus.OK:
                    raise of_status(got.status, got.headers)
                return _result(await read_bounded(got))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            reason = f"Tryton cannot be reached: {type(error).__name__}"
            raise StoppedError(Unavailable(reason)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"no answer from Tryton: {type(error).__name__}"
            raise StoppedError(Unknown(reason)) from error


class _TurnedAwayError(Exception):
    """Turned away at the door."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class _Login(NamedTuple):
    """What a login brings: our number, and the key to the session."""

    user: int
    key: str

    @classmethod
    def of(cls, found: Any) -> Self:
        """Raises StoppedError when it is something else."""
        match found:
            case [int(user), str(key), *_]:
                return cls(user, key)
        raise StoppedError(Unavailable("Tryton answered the login with something else"))


def _context(user: str, preferences: Any) -> dict[str, Any]:
    """Of every call: the user's own, in the language that messages are told apart in.

    Raises StoppedError where no company is chosen: such a user sees no order.
    """
    if not isinstance(preferences, dict) or not isinstance(preferences.get("company"), int):
        raise StoppedError(
            Unavailable(f"Tryton's user {user} works for no company: choose one in its preferences")
        )
    return {**preferences, "language": "en"}


def _result(content: bytes) -> Any:
    try:
        answer = decode(content)
    except msgspec.DecodeError:
        answer = None
    if not isinstance(answer, dict) or not {"result", "error"} & answer.keys():
        raise StoppedError(Unknown("Tryton answered with something else"))
    if "error" in answer:
        raise of_error(answer["error"])
    return answer["result"]
