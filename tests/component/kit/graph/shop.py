"""A small subgraph that counts how often it is asked, behind the real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

import aiohttp
import psycopg
import strawberry
from strawberry.types import Info

from services.kit import quantity
from services.kit.access.principal import current_principal
from services.kit.errors import ConflictError
from services.kit.graph import (
    GraphApp,
    GraphContext,
    GraphServer,
    Quantity,
    batch_field,
    batch_reference,
    subgraph,
)
from tests.component.kit.rpc.desk import mint, verifier


class Context(GraphContext):
    """With this service's one port."""

    shop: "Shop"


@dataclass
class Shop:
    """Remembers each call with all its keys; `gate` holds a slow answer back."""

    calls: list[tuple[str, list[str]]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Event = field(default_factory=asyncio.Event)


@strawberry.federation.type(keys=["id"])
class Lot:
    """Made for an order."""

    id: strawberry.ID

    @batch_field()
    async def parts(self, info: Info[Context, None], lots: list[Self], first: int = 1) -> list[int]:
        """A level further down."""
        info.context["shop"].calls.append(("parts", [lot.id for lot in lots]))
        return [first for _ in lots]


@strawberry.federation.type(keys=["id"])
class Order:
    """Known unless its id says otherwise."""

    id: strawberry.ID
    produced: Quantity

    @batch_reference
    async def resolve_many(cls, info: Info[Context, None], ids: list[str]) -> list[Any]:  # noqa: N805
        """One call for all keys."""
        info.context["shop"].calls.append(("orders", ids))
        known = quantity.Quantity.parse("12.50", "KGM")
        return [
            None if id == "unknown" else cls(id=id, produced=Quantity.of(known))  # type: ignore[operator]
            for id in ids
        ]

    @strawberry.field
    def numbers(self) -> list[int]:
        """At once."""
        return [1, 2, 3, 4]

    @strawberry.field
    async def first(self) -> Annotated["Order", strawberry.lazy("tests.component.kit.graph.shop")]:
        """All lead to one."""
        return Order(id=strawberry.ID("o0"), produced=self.produced)

    @batch_field(description="Oldest first.")
    async def lots(
        self, info: Info[Context, None], orders: list[Self], first: int = 2
    ) -> list[list[Lot]]:
        """One call for all orders of a level."""
        info.context["shop"].calls.append(("lots", [order.id for order in orders]))
        return [
            [Lot(id=strawberry.ID(f"{order.id}-{n}")) for n in range(first)] for order in orders
        ]


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def orders(self, first: int = 3) -> list[Order] | None:
        """A page."""
        some = Quantity.of(quantity.Quantity.parse("1", "KGM"))
        return [Order(id=strawberry.ID(f"o{n}"), produced=some) for n in range(first)]

    @strawberry.field
    async def broken(self) -> str | None:
        """A bug of ours."""
        raise RuntimeError("secret db password=abc")

    @strawberry.field
    async def refused(self) -> str | None:
        """A refusal of the domain."""
        raise ConflictError("order 4711 is complete", code="complete", field="id", hint="reopen")

    @strawberry.field
    async def kept(self, name: str) -> str | None:
        """What a database does with it: nothing, or it is busy with another."""
        if name == "busy":
            raise psycopg.errors.DeadlockDetected("of process 4711")
        if "\0" in name:
            raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return name.encode().decode()

    @strawberry.field
    async def who(self, info: Info[Context, None]) -> str:
        """The one who asks, after others had their turn."""
        shop = info.context["shop"]
        shop.waiting.set()
        await shop.gate.wait()
        return f"{current_principal().subject} {info.context['principal'].subject}"

    @strawberry.field
    async def twice(self, amount: Decimal, at: datetime) -> str:
        """Scalars in."""
        return f"{amount * 2} {at.isoformat()}"

    @strawberry.field
    async def day_after(self, day: date) -> date:
        """Days in and out."""
        return day + timedelta(days=1)

    @strawberry.field
    async def moment(self, at: datetime) -> datetime:
        """Scalars out."""
        return at


SCHEMA = subgraph(Query)


class Client:
    """Posts operations as a person; `status` is that of the last answer."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = url
        self.status = 0

    async def ask(self, query: str, *, token: str = "", **variables: Any) -> dict[str, Any]:
        """The whole answer."""
        return await self.post(
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {token or mint()}"},
        )

    async def post(self, **request: Any) -> dict[str, Any]:
        """Anything at all."""
        async with self.http.post(self.url, **request) as answer:
            self.status = answer.status
            body: dict[str, Any] = await answer.json()
            return body


@asynccontextmanager
async def serving(shop: Shop, schema: Any = SCHEMA, **limits: Any) -> AsyncIterator[Client]:
    """The subgraph on a free port, and a client."""
    server = GraphServer(
        GraphApp(schema, verifier(), {"shop": shop}, **limits), bind="127.0.0.1", port=0
    )
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    try:
        async with aiohttp.ClientSession() as http:
            yield Client(http, f"http://127.0.0.1:{server.port}/graphql")
    finally:
        stop.set()
        await running
