"""A subgraph behind its real HTTP server, asked as the gateway and as clients ask."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp
import psycopg
import pytest

from services.kit.graph import GraphApp, GraphServer
from services.kit.graph.schema import Subgraph
from services.kit.ids import GraphId, join_key
from services.kit.store import Store
from tests.component.kit.rpc.desk import mint, verifier


def order_id(order_no: str, plant: str = "lyon") -> str:
    """Of an order."""
    return GraphId("Order", plant, order_no).encode()


def lot_id(name: str, plant: str = "lyon") -> str:
    """Of "BREAD/L1"."""
    return GraphId("Lot", plant, join_key(*name.split("/"))).encode()


class Subgraphed:
    """A client of one subgraph; `scope` is what its tokens carry."""

    def __init__(self, http: aiohttp.ClientSession, url: str, scope: str) -> None:
        self._http = http
        self._url = url
        self._scope = scope

    async def ask(self, query: str, *, token: str = "", **variables: Any) -> dict[str, Any]:
        """The whole answer, as somebody who may read in Lyon."""
        headers = {"authorization": f"Bearer {token or mint(scope=self._scope)}"}
        body = {"query": query, "variables": variables}
        async with self._http.post(self._url, json=body, headers=headers) as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def join(self, kind: str, ids: list[str], fields: str, *, token: str = "") -> Any:
        """What the gateway gets for entities of one type."""
        query = (
            "query ($of: [_Any!]!) { _entities(representations: $of)"
            f" {{ ... on {kind} {{ {fields} }} }} }}"
        )
        given = [{"__typename": kind, "id": id} for id in ids]
        return await self.ask(query, token=token, of=given)

    async def parts(self, kind: str, ids: list[str], fields: str) -> list[Any]:
        """The entities, and no error."""
        answer = await self.join(kind, ids, fields)
        assert "errors" not in answer, answer
        found: list[Any] = answer["data"]["_entities"]
        return found


@asynccontextmanager
async def serving(
    schema: Subgraph, store: Store, ports: Mapping[str, object], scope: str
) -> AsyncIterator[Subgraphed]:
    """The subgraph on a free port."""
    app = GraphApp(schema, verifier(), {"store": store, **ports})
    server = GraphServer(app, bind="127.0.0.1", port=0)
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    try:
        async with aiohttp.ClientSession() as http:
            yield Subgraphed(http, f"http://127.0.0.1:{server.port}/graphql", scope)
    finally:
        stop.set()
        await running


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to PostgreSQL meanwhile, whichever way it goes."""
    asked: list[str] = []
    execute = psycopg.AsyncCursor.execute

    async def counted(cursor: Any, query: Any, *of: Any, **more: Any) -> Any:
        asked.append(str(query))
        return await execute(cursor, query, *of, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.AsyncCursor, "execute", counted)
        yield asked


def codes(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Code and field of each error."""
    told = [error["extensions"] for error in answer.get("errors", [])]
    return [(one["code"], one.get("field", "")) for one in told]


WRONG_PAGES = pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ({"plant": "nowhere"}, ("foreign_plant", "plant")),
        ({"first": 201}, ("page_size", "first")),
        ({"after": "nonsense"}, ("bad_cursor", "after")),
    ],
)


async def check_refused(
    graph: Subgraphed, query: str, wrong: dict[str, Any], refused: tuple[str, str]
) -> None:
    """That a list is null, and why, when it is asked for `wrong`."""
    answer = await graph.ask(query, **wrong)
    assert list(answer["data"].values()) == [None]
    assert codes(answer) == [refused]
