"""ERPs as they are elsewhere: a scripted server says what ours never do."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.erp.adapters.odata import ODataErp
from services.erp.adapters.odata.movements import key_of
from services.erp.adapters.tryton import TrytonErp
from services.erp.domain.document import Sought
from services.erp.ports import ErpSystem
from services.kit.errors import UnavailableError
from services.kit.lanes.outcome import Unavailable
from services.kit.lanes.systems import System

SOUGHT = [Sought("lyon", "4711", reference) for reference in ("a", "b")]
_GZIP = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
Say = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def odata(say: Say, **settings: Any) -> AsyncIterator[ODataErp]:
    """The adapter toward a server that answers so."""
    known = {"user": "U", "plaintext": True, "production_orders": False, **settings}
    async with _serving(say) as url:
        erp = ODataErp(System("sap", "odata", ("lyon",), 1, settings={"url": url, **known}), "pw")
        try:
            yield erp
        finally:
            await erp.close()


@asynccontextmanager
async def tryton(say: Say) -> AsyncIterator[TrytonErp]:
    """Likewise."""
    known = {"user": "U", "plaintext": True}
    async with _serving(say) as url:
        erp = TrytonErp(System("t", "tryton", ("lyon",), 1, settings={"url": url, **known}), "pw")
        try:
            yield erp
        finally:
            await erp.close()


@asynccontextmanager
async def _serving(say: Say) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", say)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


def collection(*results: Any, next: str = "") -> web.Response:
    """A page of OData."""
    return web.json_response({"d": {"results": results, **({"__next": next} if next else {})}})


def document(number: str, reference: str) -> dict[str, Any]:
    """A material document."""
    head = {"MaterialDocument": number, "MaterialDocumentYear": "2026"}
    return {**head, "ReferenceDocument": reference, "to_MaterialDocumentItem": {"results": []}}


async def why(erp: ErpSystem) -> str:
    """Why nothing is found."""
    found = await erp.find(SOUGHT)
    assert isinstance(found, Unavailable), found
    return found.reason


async def test_a_password_that_is_wrong_is_not_tried_until_the_user_is_locked() -> None:
    asked = []

    async def refuse(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=401)

    async with odata(refuse) as sap, tryton(refuse) as erp:
        for one in (sap, erp):
            asked.clear()
            assert await why(one)
            for _ in range(3):
                assert "the login was refused; it is tried again in" in await why(one)
            assert len(asked) == 1, one


async def test_a_page_is_whatever_the_erp_takes_for_one() -> None:
    asked = []

    async def page(request: web.Request) -> web.Response:
        token = request.query.get("$skiptoken", "")
        asked.append(token)
        if token == "2'&":
            return collection(document("2", f" {key_of('b').lower()} "))
        # Where a link leads is the ERP's word: only the token in it is used.
        return collection(document("1", key_of("a")), next="http://evil.example/x?$skiptoken=2'%26")

    async with odata(page) as erp:
        found = await erp.find(SOUGHT)
        assert not isinstance(found, Unavailable)
        assert {key: one.documents for key, one in found.items()} == {
            "a": ("1/2026",),
            "b": ("2/2026",),
        }
    assert asked == ["", "2'&"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda: collection(document("1", "ANOTHER")), "the ERP looked for other documents"),
        (lambda: collection(next="http://x/?page=2"), "the ERP told only a part"),
        (lambda: collection(next="http://x/?$skiptoken=1"), "the ERP tells more than 200 pages"),
        (lambda: web.Response(text="<html>Log on</html>"), "the ERP answered with something else"),
        (lambda: web.Response(body=_bomb(), headers=_GZIP), "no answer from the ERP: TooLarge"),
        (lambda: web.Response(body=b"no", headers=_GZIP), "no answer from the ERP: "),
    ],
)
async def test_an_answer_that_cannot_be_relied_on_is_none(
    answer: Callable[[], web.Response], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.http.LARGEST", 100_000)

    async def say(_: web.Request) -> web.Response:
        return answer()

    async with odata(say) as erp:
        assert (await why(erp)).startswith(reason)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (None, "Tryton answered the login with something else"),
        ([1, "key"], "Tryton's user U works for no company"),
        ({"error": ["LoginException", ["sms", "?", "char"]]}, "Tryton asks for more"),
    ],
)
async def test_a_login_that_is_none_says_why(result: Any, reason: str) -> None:
    async def say(request: web.Request) -> web.Response:
        method = (await request.json())["method"]
        answer = result if method == "common.db.login" else {"language": "fr"}
        paper = answer if isinstance(answer, dict) and "error" in answer else {"result": answer}
        return web.json_response({"id": 1, **paper})

    async with tryton(say) as erp:
        assert (await why(erp)).startswith(reason)


async def test_a_redirect_is_not_followed_with_the_password() -> None:
    asked = []

    async def move(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere/"})

    async with tryton(move) as erp:
        assert await why(erp) == "Tryton answered 307"
    assert asked == ["/rpc/"]


async def test_a_bomb_of_trytons_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kit.http.LARGEST", 100_000)

    async def say(_: web.Request) -> web.Response:
        return web.Response(body=_bomb(), headers=_GZIP)

    async with tryton(say) as erp:
        assert await why(erp) == "no answer from Tryton: TooLargeError"


async def test_a_token_that_a_proxy_does_not_ask_for_is_fetched_again() -> None:
    tokens, posted = iter(("old", "new")), []

    async def say(request: web.Request) -> web.Response:
        if request.headers.get("X-CSRF-Token") == "Fetch":
            return web.Response(headers={"X-CSRF-Token": next(tokens)})
        posted.append(request.headers["X-CSRF-Token"])
        return web.Response(status=403 if posted == ["old"] else 200)

    async with odata(say) as erp:
        await erp._session.create("API", "A_Set", {}, ())
    assert posted == ["old", "new"]


def _bomb() -> bytes:
    return gzip.compress(msgspec.json.encode({"d": " " * 10_000_000}))


def sale(number: str, changed: str | None) -> dict[str, Any]:
    """A sales order at our plant."""
    items = {"results": [{"ProductionPlant": "lyon"}]}
    return {"SalesOrder": number, "LastChangeDateTime": changed, "to_Item": items}


async def test_an_order_that_says_nothing_of_itself_is_kept_and_holds_up_none() -> None:
    async def say(_: web.Request) -> web.Response:
        return collection(sale("1", "/Date(1000)/"), sale("2", None), {}, sale("3", "/Date(2000)/"))

    async with odata(say, sales_orders=True) as erp:
        changes = await _sales(erp).list_orders("")
        assert [order.id.partition("-")[0] for order in changes.orders] == [
            "1",
            "unreadable",
            "unreadable",
            "3",
        ]
        assert len({order.id for order in changes.orders}) == 4
        assert (changes.mark, changes.more) == ("1970-01-01T00:00:02+00:00", False)


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([sale("2", "/Date(2000)/"), sale("1", "/Date(1000)/")], "does not sort"),
        ([sale("1", None), sale("2", None)], "does not say when any order changed"),
    ],
)
async def test_a_feed_that_cannot_be_gone_through_is_not(
    orders: list[dict[str, Any]], reason: str
) -> None:
    async def say(_: web.Request) -> web.Response:
        return collection(*orders)

    async with odata(say, sales_orders=True, page=2) as erp:
        with pytest.raises(UnavailableError, match=reason):
            await _sales(erp).list_orders("")


def _sales(erp: ODataErp) -> Any:
    return erp.sales_orders
