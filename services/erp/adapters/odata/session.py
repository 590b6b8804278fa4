"""HTTP with the ERP: one user, one CSRF token, bounded answers. Nothing is repeated but what was
refused unread.
"""

import asyncio
import ssl
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import msgspec
from yarl import URL

from services.erp.adapters.door import Door
from services.erp.adapters.odata import batch
from services.erp.adapters.odata.batch import Answer, Ask
from services.erp.adapters.odata.outcomes import StoppedError, as_reading, of_answer
from services.erp.adapters.odata.papers import Results, told
from services.erp.adapters.odata.terms import Terms
from services.erp.domain.document import LineDocument
from services.kit.http import read_bounded
from services.kit.lanes.outcome import Unavailable, Unknown

_MOST_PAGES = 200
_TOKEN = "X-CSRF-Token"


class Session:
    """Somebody at work in the ERP. All calls raise StoppedError."""

    def __init__(self, terms: Terms, password: str, trust: ssl.SSLContext) -> None:
        self._http = aiohttp.ClientSession(
            terms.url.rstrip("/") + "/",
            # A kept connection that the ERP closes meanwhile would look like a lost answer.
            connector=aiohttp.TCPConnector(limit=2 * terms.parallel, force_close=True, ssl=trust),
            # The token is good for the session of the cookie; addresses may be numbers.
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers={
                "Accept": "application/json",
                "Authorization": aiohttp.encode_basic_auth(terms.user, password),
                **({"sap-client": terms.client} if terms.client else {}),
            },
            timeout=aiohttp.ClientTimeout(
                total=terms.request_timeout, connect=terms.request_timeout / 2
            ),
        )
        self._fetching = asyncio.Lock()
        self._door = Door(terms.refused_login_seconds)
        self._token = ""

    async def read(self, service: str, path: str) -> msgspec.Raw | None:
        """What lies at a path (see `address`), None when nothing does."""
        answer = await self._reading(Ask("GET", path), service)
        return None if answer.status == HTTPStatus.NOT_FOUND else _decoded(answer)

    async def read_many(self, service: str, paths: Sequence[str]) -> list[msgspec.Raw]:
        """What lies at each of some paths, several in one request."""
        asks = [Ask("GET", path) for path in paths]
        if len(asks) == 1:
            return [_decoded(await self._reading(asks[0], service))]
        try:
            answers = await self._batch(service, asks, together=False)
            if len(answers) != len(asks):
                raise StoppedError(Unknown("the ERP left some of our questions out"))
            return [_decoded(answer) for answer in answers]
        except StoppedError as stopped:
            raise as_reading(stopped) from stopped

    async def read_whole(self, service: str, paths: Sequence[str]) -> list[msgspec.Raw]:
        """Every page of the collections at some paths, whatever the ERP takes for a page."""
        pages: list[msgspec.Raw] = []
        while paths:
            found = await self.read_many(service, paths)
            rests = (_behind(path, page) for path, page in zip(paths, found, strict=True))
            paths = [rest for rest in rests if rest]
            pages += found
            if len(pages) > _MOST_PAGES:
                raise StoppedError(Unavailable(f"the ERP tells more than {_MOST_PAGES} pages"))
        return pages

    async def text(self, service: str, path: str) -> bytes:
        """A document that is no JSON."""
        answer = await self._reading(Ask("GET", path, headers={"Accept": "*/*"}), service)
        if not answer.ok:
            raise as_reading(of_answer(answer.status, answer.headers, answer.content))
        return answer.content

    async def create(
        self, service: str, path: str, paper: object, lines: Sequence[LineDocument]
    ) -> None:
        """Have something entered; Unknown without an answer. Read what became of it."""
        answer = await self._changing(service, Ask("POST", path, msgspec.json.encode(paper)))
        if not answer.ok:
            raise of_answer(answer.status, answer.headers, answer.content, lines)

    async def change(self, service: str, asks: Sequence[Ask]) -> None:
        """Have all of it done, or nothing; Unknown without an answer."""
        for answer in await self._batch(service, asks, together=True):
            if not answer.ok:
                raise of_answer(answer.status, answer.headers, answer.content)

    async def close(self) -> None:
        """Let go of connections; the session ends by itself."""
        await self._http.close()

    async def _batch(self, service: str, asks: Sequence[Ask], *, together: bool) -> list[Answer]:
        kind, content = batch.compose(asks, together=together)
        asked = Ask("POST", "$batch", content, {"Content-Type": kind, "Accept": "multipart/mixed"})
        answer = await self._changing(service, asked)
        if not answer.ok:
            raise of_answer(answer.status, answer.headers, answer.content)
        try:
            return batch.read(answer.headers.get("Content-Type", ""), answer.content)
        except ValueError as error:
            raise StoppedError(Unknown("the ERP answered with something else")) from error

    async def _reading(self, ask: Ask, service: str) -> Answer:
        try:
            return await self._send(service, ask)
        except StoppedError as stopped:
            raise as_reading(stopped) from stopped

    async def _changing(self, service: str, ask: Ask) -> Answer:
        token = await self._enter(service, "")
        answer = await self._send(service, _with(ask, token))
        if answer.status != HTTPStatus.FORBIDDEN:
            return answer
        # Refused unread: perhaps the session ended, which a proxy may keep to itself.
        fresh = await self._enter(service, token)
        if fresh == token and not _wants_token(answer):
            return answer
        return await self._send(service, _with(ask, fresh))

    async def _enter(self, service: str, spent: str) -> str:
        """The token to show; a new one when the last is spent."""
        async with self._fetching:
            if self._token in ("", spent):
                answer = await self._reading(Ask("GET", "", headers={_TOKEN: "Fetch"}), service)
                if not answer.ok:
                    raise as_reading(of_answer(answer.status, answer.headers, answer.content))
                self._token = answer.headers.get(_TOKEN, "")
            return self._token

    async def _send(self, service: str, ask: Ask) -> Answer:
        if why := self._door.why:
            raise StoppedError(Unavailable(why))
        headers = dict(ask.headers)
        if ask.content:
            headers.setdefault("Content-Type", "application/json")
        try:
            async with self._http.request(
                ask.method,
                URL(f"{service}/{ask.path}", encoded=True),
                data=ask.content or None,
                headers=headers,
                allow_redirects=False,
            ) as got:
                if got.status == HTTPStatus.UNAUTHORIZED:
                    self._door.shut()
                return Answer(got.status, got.headers, await read_bounded(got))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            reason = f"the ERP cannot be reached: {type(error).__name__}"
            raise StoppedError(Unavailable(reason)) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StoppedError(
                Unknown(f"no answer from the ERP: {type(error).__name__}")
            ) from error


def address(path: str, **options: str) -> str:
    """A path with query options (`filter` is $filter) as it stands in a request."""
    query = "&".join(f"${name}={quote(value, safe='')}" for name, value in options.items())
    return f"{path}?{query}" if query else path


def _with(ask: Ask, token: str) -> Ask:
    return Ask(ask.method, ask.path, ask.content, {**ask.headers, _TOKEN: token})


def _wants_token(answer: Answer) -> bool:
    return answer.headers.get(_TOKEN, "").lower() == "required"


def _behind(path: str, page: msgspec.Raw) -> str:
    """The path of the next page, "" behind the last; never one that the ERP's link leads to."""
    link = told(page, Results[msgspec.Raw]).rest
    if not link:
        return ""
    asked = parse_qs(urlsplit(link).query)
    for name in ("$skiptoken", "$skip"):
        if name in asked:
            begin, _, _ = path.partition(f"&{name}=")
            return f"{begin}&{name}={quote(asked[name][0], safe='')}"
    raise StoppedError(Unavailable("the ERP told only a part"))


def _decoded(answer: Answer) -> msgspec.Raw:
    """What stands in a successful answer."""
    if not answer.ok:
        raise as_reading(of_answer(answer.status, answer.headers, answer.content))
    try:
        return msgspec.json.decode(answer.content, type=_Envelope).d
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoppedError(Unavailable("the ERP answered with something else")) from error


class _Envelope(msgspec.Struct):
    d: msgspec.Raw
