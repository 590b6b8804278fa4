"""Callers of the services and of the graph who try again, and what they met."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from services.kit.errors import UnavailableError
from services.kit.ids import GraphId
from tests.flows.plant import SHIFT
from tests.shopfloor import PLANT
from tests.waiting import insist
from tools.mesh.gateway import graph_url
from tools.mesh.mesh import Mesh
from tools.mesh.people import USERS
from tools.mesh.program import Program

PATIENCE = 30.0
"""Seconds that a request may take with all its retries; longer, and it failed."""
_QUERY = """query($id: ID!) { order(id: $id) {
  id postings { state } execution { lifecycle } stock { status }
  equipment { condition { state quality } }
} }"""
_PAUSE = 0.2


@dataclass
class Callers:
    """How often somebody was `answered`, and had to try `again` because of what; over gRPC."""

    answered: int = 0
    again: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    async def ask(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """Bring a command or query to somebody who answers; AssertionError when nobody does."""

        async def counted() -> Any:
            try:
                return await call()
            except UnavailableError as error:
                self.again[error.code] += 1
                raise

        began = time.monotonic()
        try:
            answer = await insist(counted, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"nobody answered; met were {self}") from None
        self._note(began)
        return answer

    def _note(self, began: float) -> None:
        self.answered += 1
        self.slowest = max(self.slowest, time.monotonic() - began)


@dataclass
class Browsers(Callers):
    """Front ends that read an order through any gateway; a part that is missing is asked again."""

    gateways: Sequence[Program] = ()

    async def read(self, mesh: Mesh, order: str, over: asyncio.Event) -> None:
        """One question after the other, until it is over; TimeoutError for one that failed."""
        id, turn = GraphId("Order", PLANT, order).encode(), 0
        token = mesh.issuer.signer.mint(USERS["viewer"], lifetime=SHIFT)
        async with aiohttp.ClientSession(headers={"authorization": f"Bearer {token}"}) as http:
            while not over.is_set():
                began = time.monotonic()
                async with asyncio.timeout(PATIENCE):
                    while not await self._ask(http, self.gateways[turn % 2], id):
                        turn += 1
                        await asyncio.sleep(_PAUSE)
                turn += 1
                self._note(began)
                await asyncio.sleep(_PAUSE)

    async def _ask(self, http: aiohttp.ClientSession, gateway: Program, id: str) -> bool:
        question = {"query": _QUERY, "variables": {"id": id}}
        try:
            async with http.post(graph_url(gateway, "http"), json=question) as answer:
                told = await answer.json(content_type=None)
        except aiohttp.ClientConnectionError as error:
            self.again[type(error).__name__] += 1
            return False
        for missing in told.get("errors", ()):
            self.again[missing["extensions"]["code"]] += 1
        return "errors" not in told
