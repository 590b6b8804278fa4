"""The ledger's counter: its HTTP face, as a client of the ERP sees it."""

import asyncio
import datetime as dt
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from tools.simulators.ledger.clerk import Clerk
from tools.simulators.ledger.papers import (
    Account,
    Document,
    Item,
    Order,
    Period,
    Posting,
    Refusal,
    Trade,
)

_STATUS = {"refused": 422, "warning": 409, "stale": 412}
_DOORS = {
    "/documents": "post",
    "/documents/search": "search",
    "/orders": "orders",
    "/sales-orders": "orders",
    "/purchase-orders": "orders",
}
_LARGEST_PAGE = 500

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Paper = TypeVar("_Paper")


class Search(msgspec.Struct, forbid_unknown_fields=True):
    """What is asked for: documents by our reference, versions of orders as (plant, order)."""

    references: list[str] = []
    orders: list[tuple[str, str]] = []


class Counter:
    """Answers requests; every one is noted in `log` as `monotonic-seconds door status`."""

    def __init__(self, clerk: Clerk, key: str, log: Path, *, versioned: bool) -> None:
        self._clerk = clerk
        self._weather = clerk.weather
        self._key = f"Bearer {key}"
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._versioned = versioned

    def application(self) -> web.Application:
        """Its routes."""

        @web.middleware
        async def receive(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._receive(request, handler)

        app = web.Application(middlewares=[receive])
        app.add_routes(
            [
                web.get("/orders", self._feed),
                web.post("/orders", self._put_order),
                web.get("/orders/{plant}/{order}", self._order),
                web.post("/orders/{plant}/{order}/{how:release|close|cancel}", self._move_order),
                web.get("/{trade:sales|purchase}-orders", self._trades),
                web.post("/trades", self._put_trade),
                web.get("/{trade:sales|purchase}-orders/{plant}/{order}", self._trade),
                web.post("/documents", self._post),
                web.post("/documents/search", self._search),
                web.get("/requests/{token}", self._result),
                web.get("/stock/{plant}", self._stock),
                web.get("/deliveries/{plant}", self._deliveries),
                web.put("/items", self._keep(Item)),
                web.put("/periods", self._keep(Period)),
                web.put("/accounts", self._keep(Account)),
            ]
        )
        return app

    # -- everyone passes here

    async def _receive(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        door = _door(request)
        answer = await self._turned_away(request, door) or await _served(request, handler)
        line = f"{time.monotonic()} {door} {answer.status}\n"
        os.write(self._log, line.encode())
        return answer

    async def _turned_away(self, request: web.Request, door: str) -> web.StreamResponse | None:
        if self._weather.closed:
            return _hang_up(request)
        if not compare_digest(request.headers.get("Authorization", ""), self._key):
            return _refused(Refusal("refused", "unauthenticated", "the key is wrong"), 401)
        if seconds := self._weather.admits():
            headers = {"Retry-After": str(int(seconds) + 1)}
            return web.json_response({"reason": "too many requests"}, status=429, headers=headers)
        if self._weather.strikes("busy", door):
            return web.json_response({"reason": "closed for maintenance"}, status=503)
        if fault := self._weather.strikes("slow", door):
            await asyncio.sleep(fault.seconds)
        if self._weather.strikes("nonsense", door):
            return web.Response(text="<h1>Please log in</h1>", content_type="text/html")
        return None

    # -- orders

    async def _feed(self, request: web.Request) -> web.Response:
        return _page(request, self._clerk.books.orders.values())

    async def _order(self, request: web.Request) -> web.Response:
        order = self._clerk.books.orders.get(
            (request.match_info["plant"], request.match_info["order"])
        )
        return _json({"reason": "no such order"}, 404) if order is None else _json(order)

    async def _put_order(self, request: web.Request) -> web.StreamResponse:
        return _json(await self._clerk.put_order(await _body(request, Order)), 201)

    async def _move_order(self, request: web.Request) -> web.StreamResponse:
        names = request.match_info
        moved = await self._clerk.move_order(names["plant"], names["order"], names["how"])
        return _refused(moved) if isinstance(moved, Refusal) else _json(moved)

    async def _trades(self, request: web.Request) -> web.Response:
        trade = request.match_info["trade"]
        known = self._clerk.books.trades.values()
        return _page(request, [one for one in known if one.trade == trade])

    async def _trade(self, request: web.Request) -> web.Response:
        names = request.match_info
        order = self._clerk.books.trades.get((names["trade"], names["plant"], names["order"]))
        return _json({"reason": "no such order"}, 404) if order is None else _json(order)

    async def _put_trade(self, request: web.Request) -> web.StreamResponse:
        return _json(await self._clerk.put_trade(await _body(request, Trade)), 201)

    # -- documents

    async def _post(self, request: web.Request) -> web.StreamResponse:
        posting = await _body(request, Posting)
        strikes, reference = self._weather.strikes, posting.reference
        if fault := strikes("late", "post", reference):
            self._clerk.after(fault.seconds, posting)
            return _hang_up(request)
        if strikes("lost_before", "post", reference):
            return _hang_up(request)
        if strikes("locked", "post", reference):
            return _json({"status": "locked", "reason": "the order is open elsewhere"}, 409)
        if strikes("did_nothing", "post", reference):
            return _json({"document": "D0"}, 201)
        if fault := strikes("asynchronous", "post", reference):
            return _json(await self._clerk.promise(posting, fault.seconds), 202)
        paper = await self._clerk.post(posting, self._tag(request, posting))
        if strikes("lost_after", "post", reference):
            return _hang_up(request)
        return _refused(paper) if isinstance(paper, Refusal) else _json(self._shown(paper), 201)

    def _tag(self, request: web.Request, posting: Posting) -> str | None:
        """The version it was written against; a document can be taken back once anyway."""
        wanted = self._versioned and posting.kind != "reversal"
        return request.headers.get("If-Match", "").strip('"') if wanted else None

    async def _search(self, request: web.Request) -> web.Response:
        search, books = await _body(request, Search), self._clerk.books
        tokens = {reference: books.under_way(reference) for reference in search.references}
        orders = {key: books.orders.get(key) for key in search.orders}
        return _json(
            {
                "documents": {
                    reference: [self._shown(document) for document in books.under(reference)]
                    for reference in search.references
                },
                "tokens": {reference: token for reference, token in tokens.items() if token},
                "versions": [
                    [*key, books.tag(order)] for key, order in orders.items() if order is not None
                ],
            }
        )

    async def _result(self, request: web.Request) -> web.StreamResponse:
        books, token = self._clerk.books, request.match_info["token"]
        if token not in books.requests:
            return _json({"reason": f"no request {token}"}, 404)
        result = books.results.get(token)
        if result is None:
            return _json(books.requests[token], 202)
        return _refused(result) if isinstance(result, Refusal) else _json(self._shown(result))

    def _shown(self, document: Document) -> dict[str, Any]:
        """Its number, how many lines were asked for and booked, and what took it back."""
        posting = document.posting
        return {
            "document": document.number,
            "reference": posting.reference,
            "plant": posting.plant,
            "order": posting.order,
            "date": posting.date,
            "wanted": document.wanted,
            "booked": len(posting.lines),
            "reversed_by": self._clerk.books.reversed_by.get(document.number, ""),
            "left_out": document.left_out,
        }

    # -- master data

    async def _stock(self, request: web.Request) -> web.Response:
        rows = self._clerk.books.balance(request.match_info["plant"])
        return _paged(request, "stock", rows, lambda row: f"{row['item']}/{row['lot']}")

    async def _deliveries(self, request: web.Request) -> web.Response:
        rows = self._clerk.books.deliveries(request.match_info["plant"])
        return _paged(request, "orders", rows, lambda row: row["order"])

    def _keep(self, kind: type[Item] | type[Period] | type[Account]) -> Handler:
        async def keep(request: web.Request) -> web.Response:
            paper = await _body(request, kind)
            await self._clerk.write(paper)
            return _json(paper)

        return keep


def _page(request: web.Request, known: Iterable[Order | Trade]) -> web.Response:
    """Orders changed at or after `since`, by (changed, plant, order); `after` goes on."""
    since = dt.datetime.fromisoformat(request.query.get("since", "0001-01-01T00:00:00+00:00"))
    after = (since, *request.query.get("after", "/").split("/", 1))
    plants = set(request.query.getall("plant", []))
    limit = min(int(request.query.get("limit", _LARGEST_PAGE)), _LARGEST_PAGE)
    orders = sorted(
        (
            order
            for order in known
            if _place(order) > after and (not plants or order.plant in plants)
        ),
        key=_place,
    )
    return _json({"orders": orders[:limit], "more": len(orders) > limit})


def _place(order: Order | Trade) -> tuple[dt.datetime, str, str]:
    return order.changed, order.plant, order.order


def _paged(
    request: web.Request,
    name: str,
    rows: list[dict[str, str]],
    key: Callable[[dict[str, str]], str],
) -> web.Response:
    """Rows behind `after` in the order of their keys, at most `limit` if that is asked."""
    after, limit = request.query.get("after", ""), int(request.query.get("limit", len(rows) or 1))
    left = sorted((row for row in rows if key(row) > after), key=key)
    next_after = key(left[limit - 1]) if len(left) > limit else ""
    now = dt.datetime.now(dt.UTC).isoformat()
    return _json({name: left[:limit], "next": next_after, "as_of": now})


async def _served(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
        return _refused(Refusal("refused", "malformed", str(error)), 400)


def _door(request: web.Request) -> str:
    if request.path.startswith("/requests/"):
        return "result"
    known = request.method == "GET" or request.path.startswith("/documents")
    return _DOORS.get(request.path, "read") if known else "write"


def _hang_up(request: web.Request) -> web.Response:
    """Break the connection; the answer goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)


async def _body(request: web.Request, kind: type[_Paper]) -> _Paper:
    paper: _Paper = msgspec.json.decode(await request.read(), type=kind)
    return paper


def _refused(refusal: Refusal, status: int = 0) -> web.Response:
    return _json(refusal, status or _STATUS[refusal.status])


def _json(content: object, status: int = 200) -> web.Response:
    body = msgspec.json.encode(content)
    return web.Response(body=body, status=status, content_type="application/json")
