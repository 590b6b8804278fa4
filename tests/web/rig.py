"""Small subgraphs, the issuer and the gateway as processes, and a client of the graph."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp

from services.kit.ids import GraphId
from tests.servers import IssuerServer
from tests.web.schemas import SCHEMAS, written
from tools.mesh import binaries, gateway
from tools.mesh.files import write_whole
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import tcp_open
from tools.mesh.program import HERE, Process, Program
from tools.mesh.tokens import Bearer
from tools.mesh.wait import until

ORDER = GraphId("Order", "lyon", "4711").encode()
LOT = GraphId("Lot", "lyon", "4711/0").encode()
PAGE = (HERE / "tests" / "web" / "operations" / "page.graphql").read_text()
_PATIENCE = aiohttp.ClientTimeout(total=10)
_ANYONE = Bearer("anyone", ("erp:read", "mes:read", "wms:read"))


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    text: str

    @cached_property
    def body(self) -> dict[str, Any]:
        """As JSON."""
        return json.loads(self.text)  # type: ignore[no-any-return]

    @property
    def data(self) -> Any:
        """None when there is none."""
        return self.body.get("data")

    @property
    def codes(self) -> set[str]:
        """Of all errors."""
        return {error["extensions"]["code"] for error in self.body.get("errors", ())}


class Gateway:
    """A running gateway and its client; `token` is what ask() sends unless told otherwise."""

    def __init__(self, program: Program, token: str) -> None:
        self.program = program
        self.token = token

    async def ask(self, query: str, *, token: str | None = None, **variables: Any) -> Answer:
        """Post a document."""
        return await self.post({"query": query, "variables": variables}, token=token)

    async def post(self, body: Any, *, token: str | None = None, **headers: str) -> Answer:
        """Post anything that can be JSON; an empty token sends none."""
        return await self.send(json.dumps(body).encode(), headers, token=token)

    async def send(
        self,
        body: bytes | AsyncIterator[bytes],
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        token: str | None = None,
    ) -> Answer:
        """Post bytes as they are, as JSON unless the headers say otherwise."""
        bearer = self.token if token is None else token
        signed = {"authorization": f"Bearer {bearer}"} if bearer else {}
        sent = {"content-type": "application/json", **signed, **headers}
        url = gateway.graph_url(self.program, "http")
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as http,
            http.post(url, data=body, headers=sent) as answer,
        ):
            return Answer(answer.status, await answer.text())

    async def page(self) -> Answer:
        """What a browser sees at the graph's address."""
        url = gateway.graph_url(self.program, "http")
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE, headers={"accept": "text/html"}) as http,
            http.get(url) as answer,
        ):
            return Answer(answer.status, await answer.text())

    async def health(self, page: str) -> Answer:
        """A page of its health port; status 0 when nobody answers."""
        url = f"http://{LOOPBACK}:{self.program.port('health')}/{page}"
        try:
            async with aiohttp.ClientSession(timeout=_PATIENCE) as http, http.get(url) as answer:
                return Answer(answer.status, await answer.text())
        except aiohttp.ClientConnectionError:
            return Answer(0, "")


class Web:
    """All processes under `root`."""

    def __init__(self, root: Path, issuer: IssuerServer) -> None:
        self.root = root
        self.issuer = issuer
        self.folder = root / "graph"
        self.subgraphs = {name: self._subgraph(name) for name in SCHEMAS}

    def start(self) -> None:
        """Compose, and run the subgraphs."""
        self.compose()
        self.revive()

    def compose(self) -> None:
        """Write the supergraph, and the documents that are trusted."""
        source = HERE / "gateway" / "subgraphs" / "ids.graphql"
        write_whole(self.folder / "subgraphs" / "ids.graphql", source.read_text())
        for name in SCHEMAS:
            write_whole(self.folder / "subgraphs" / f"{name}.graphql", written(name))
        compose("write", self.folder)
        shutil.copytree(HERE / "tests" / "web" / "operations", self.folder / "operations")

    def revive(self) -> None:
        """Run what does not, side by side."""
        dead = [program for program in self.subgraphs.values() if not program.alive]
        for program in dead:
            program.launch()
        for program in dead:
            until(program.ready, f"the start of {program.name}")

    def stop(self) -> None:
        """Kill what is left."""
        for program in self.subgraphs.values():
            program.kill()

    @contextmanager
    def gateway(
        self,
        name: str = "gateway",
        *,
        replicas: Mapping[str, list[str]] | None = None,
        **settings: str,
    ) -> Iterator[Gateway]:
        """One more gateway; `settings` are variables without their prefix.

        `replicas` are addresses to use beside that of a subgraph.
        """
        env = {
            "JWKS_URL": self.issuer.jwks_url,
            "ISSUER": self.issuer.url,
            "SUPERGRAPH": str(self.folder / "supergraph.graphql"),
            "OPERATIONS": str(self.folder / "operations"),
            "DEVELOPMENT": "1",
            "DEADLINE_SECONDS": "0.5",
            "BREAKER_OPEN_SECONDS": "0.3",
            **settings,
        }
        located = {
            name: [*(replicas or {}).get(name, ()), gateway.graph_url(program, "graph")]
            for name, program in self.subgraphs.items()
        }
        process = gateway.declare({f"PLANTMESH_{k}": v for k, v in env.items()}, located)
        program = Program(self.root / name, process, 0)
        program.start()
        try:
            yield Gateway(program, self.issuer.mint(_ANYONE))
        finally:
            program.kill()

    async def tell(self, name: str, page: str) -> Any:
        """Ask a subgraph what it has "seen", or put it into a "mode/..."."""
        url = f"http://{LOOPBACK}:{self.subgraphs[name].port('graph')}/{page}"
        async with aiohttp.ClientSession(timeout=_PATIENCE) as http, http.get(url) as answer:
            return json.loads(await answer.text())

    def signal(self, name: str, number: signal.Signals) -> None:
        """Stop, continue or kill a subgraph."""
        self.subgraphs[name].child.send(number)

    def _subgraph(self, name: str) -> Program:
        process = Process(
            name=name,
            argv=[sys.executable, "-m", "tests.web.subgraph", name],
            env={"KEYS": self.issuer.jwks_url, "ISSUER": self.issuer.url},
            ready=lambda ports: tcp_open(ports["graph"]),
            ports={"graph": "PLANTMESH_GRAPH_PORT"},
        )
        program = Program(self.root, process, 0)
        program.take_ports()
        return program


def compose(verb: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """gateway/compose.mjs in a folder of a test."""
    argv = [str(binaries.node()), str(HERE / "gateway" / "compose.mjs"), verb, str(folder)]
    return subprocess.run(argv, capture_output=True, text=True, check=verb == "write")


async def until_so(fact: Callable[[], Awaitable[bool]], *, seconds: float = 30.0) -> None:
    """Ask again and again until it is so; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while True:
            if await fact():
                return
            await asyncio.sleep(0.02)


async def eventually(gateway: Gateway, query: str, **variables: Any) -> Answer:
    """Ask until nothing is wrong; TimeoutError when that takes too long."""
    answers: list[Answer] = []

    async def well() -> bool:
        answers.append(await gateway.ask(query, **variables))
        return "errors" not in answers[-1].body

    await until_so(well)
    return answers[-1]
