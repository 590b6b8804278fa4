"""Front ends that read the graph through any gateway that answers, the next one if one dies."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp

from services.kit.ids import GraphId
from tests.flows.owners import Kill
from tests.shopfloor import PLANT
from tools.mesh.gateway import graph_url
from tools.mesh.mesh import Mesh
from tools.mesh.people import USERS
from tools.mesh.program import Program

_QUERY = """query($id: ID!) { order(id: $id) {
  id postings { state } execution { lifecycle } stock { status }
  equipment { condition { state quality } }
} }"""
_PATIENCE = aiohttp.ClientTimeout(total=60)
_PAUSE = 0.5


@dataclass
class Readers:
    """`answered` and `left` (died with the question in hand) are questions by gateway."""

    mesh: Mesh
    gateways: Sequence[Program]
    answered: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    _asking: Counter[str] = field(default_factory=Counter)

    async def read(self, order: str, over: asyncio.Event) -> None:
        """Ask for the order for ever; each question is answered by somebody."""
        token = self.mesh.issuer.signer.mint(USERS["viewer"])
        turn = 0
        async with aiohttp.ClientSession(
            headers={"authorization": f"Bearer {token}"}, timeout=_PATIENCE
        ) as http:
            while not over.is_set():
                turn += 1
                first = turn % len(self.gateways)
                for gateway in (*self.gateways[first:], *self.gateways[:first]):
                    if await self._ask(http, gateway, order):
                        break
                else:
                    raise AssertionError("no gateway answers")
                await asyncio.sleep(_PAUSE)

    async def kill(self, gateway: Program) -> Kill:
        """With questions in hand, while another one is up to take them."""
        for one in self.gateways:
            await self.mesh.supervisor.until_ready(one.name)
        tries = 1
        while not self._asking[gateway.name]:
            tries += 1
            await asyncio.sleep(0.002)
        in_hand = self._asking[gateway.name]
        self.mesh.kill(gateway.name)
        return Kill("gateway", "questions", gateway.name, in_hand, tries)

    async def _ask(self, http: aiohttp.ClientSession, gateway: Program, order: str) -> bool:
        id = GraphId("Order", PLANT, order).encode()
        self._asking[gateway.name] += 1
        try:
            async with http.post(
                graph_url(gateway, "http"), json={"query": _QUERY, "variables": {"id": id}}
            ) as answer:
                told = await answer.json(content_type=None)
        except aiohttp.ClientError:
            self.left[gateway.name] += 1
            return False
        finally:
            self._asking[gateway.name] -= 1
        # A service that is away takes its part of the order along, and nothing else.
        assert told["data"]["order"]["id"] == id, told
        self.answered[gateway.name] += 1
        return True
