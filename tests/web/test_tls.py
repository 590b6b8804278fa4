"""The gateway calls a subgraph by mutual TLS: nobody notices a renewal, a refusal has words."""

import asyncio
import datetime as dt
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.kit.access.keys import IssuerKeys
from services.kit.access.tokens import Verifier
from services.kit.clock import SystemClock
from services.kit.graph import GraphServer
from services.kit.tls import TlsFiles
from tests.servers import IssuerServer
from tests.waiting import until
from tests.web.rig import ORDER, Gateway, Web
from tests.web.subgraph import Witness
from tools.mesh import binaries
from tools.mesh.authority import Authority
from tools.mesh.gateway import declare
from tools.mesh.program import HERE, Program
from tools.mesh.tokens import Bearer

pytestmark = pytest.mark.flow

COST = "query ($id: ID!) { order(id: $id) { commercial { number } } }"
LAST_YEAR = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


@dataclass
class Pair:
    """A gateway and a subgraph, with the folders of their certificates; both look all the time."""

    gateway: Gateway
    authority: Authority
    ours: Path
    theirs: Path

    async def is_answered(self) -> bool:
        """Whether the subgraph is."""
        answer = await self.gateway.ask(COST, id=ORDER)
        return bool(answer.data["order"]["commercial"])

    async def is_told(self, words: str) -> bool:
        """Whether the gateway, asked again, says so in its log."""
        await self.gateway.ask(COST, id=ORDER)
        return words in self.gateway.program.log.read_text()


@asynccontextmanager
async def served(issuer: IssuerServer, files: TlsFiles) -> AsyncIterator[str]:
    """The small erp, in this process."""
    clock = SystemClock()
    verifier = Verifier(IssuerKeys(issuer.jwks_url, clock), issuer.url, "plantmesh", clock)
    server = GraphServer(
        Witness("erp", verifier), bind="127.0.0.1", port=0, tls=files, every=0.02, grace=2
    )
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    try:
        yield f"https://127.0.0.1:{server.port}/graphql"
    finally:
        stop.set()
        await asyncio.wait_for(running, 30)


@contextmanager
def calling(web: Web, told: Mapping[str, str], files: TlsFiles) -> Iterator[Gateway]:
    """A gateway of the web's graph that knows one subgraph."""
    env = {
        "JWKS_URL": web.issuer.jwks_url,
        "ISSUER": web.issuer.url,
        "SUPERGRAPH": str(web.folder / "supergraph.graphql"),
        "OPERATIONS": str(web.folder / "operations"),
        "DEVELOPMENT": "1",
        "BREAKER_OPEN_SECONDS": "0.05",
        "RELOAD_SECONDS": "0.02",
        "TLS_CERT": str(files.cert),
        "TLS_KEY": str(files.key),
        "TLS_CA": str(files.ca),
    }
    process = declare(
        {f"PLANTMESH_{name}": value for name, value in env.items()},
        {name: [url] for name, url in told.items()},
    )
    program = Program(web.root / "tls", process, 0)
    program.start()
    try:
        yield Gateway(program, web.issuer.mint(Bearer("anyone", ("erp:read",))))
    finally:
        program.kill()


@pytest.fixture
async def pair(issuer: IssuerServer, tmp_path: Path) -> AsyncIterator[Pair]:
    """Both trust one authority."""
    authority = Authority("ours")
    ours, theirs = tmp_path / "gateway", tmp_path / "erp"
    files = authority.issue(ours, "gateway")
    web = Web(tmp_path, issuer)
    web.compose()
    async with served(issuer, authority.issue(theirs, "erp")) as url:
        with calling(web, {"erp": url}, files) as running:
            yield Pair(running, authority, ours, theirs)


async def test_renewals_go_unnoticed_and_a_refusal_says_whose_certificate_it_is(
    pair: Pair, tmp_path: Path
) -> None:
    assert await pair.is_answered()
    await renewed_under_load(pair)

    pair.authority.issue(pair.ours, "gateway", end=LAST_YEAR)
    await until(lambda: pair.is_told("PLANTMESH_TLS_CERT is expired: renew it"))
    assert not await pair.is_answered()

    stranger = Authority("theirs").issue(tmp_path / "stranger", "gateway")
    keep(pair.ours, stranger, but="ca.crt")
    await until(lambda: pair.is_told("it does not believe who signed PLANTMESH_TLS_CERT"))

    pair.authority.issue(pair.ours, "gateway")
    await until(pair.is_answered)
    pair.authority.issue(pair.theirs, "erp", ["erp.example"])
    await until(lambda: pair.is_told("its certificate is for another name"))
    assert "127.0.0.1" not in (await pair.gateway.ask(COST, id=ORDER)).text

    pair.authority.issue(pair.theirs, "erp")
    await until(pair.is_answered)
    (pair.ours / "ca.crt").write_bytes(stranger.ca.read_bytes())
    await until(lambda: pair.is_told("PLANTMESH_TLS_CA did not sign its certificate"))


async def renewed_under_load(pair: Pair) -> None:
    """Three ask all the time while both sides get new certificates; each has its answer."""
    stop, asked = asyncio.Event(), 0

    async def load() -> None:
        nonlocal asked
        while not stop.is_set():
            assert await pair.is_answered()
            asked += 1

    async def is_asked() -> bool:
        return asked > before + 20

    async def is_renewed() -> bool:
        return "certificate renewed" in pair.gateway.program.log.read_text()

    loads = [asyncio.create_task(load()) for _ in range(3)]
    pair.authority.issue(pair.ours, "gateway")
    pair.authority.issue(pair.theirs, "erp")
    await until(is_renewed)
    before = asked
    await until(is_asked)
    stop.set()
    await asyncio.gather(*loads)


def keep(folder: Path, files: TlsFiles, *, but: str) -> None:
    """Another's files in place of ours."""
    for file in (files.cert, files.key, files.ca):
        if file.name != but:
            (folder / file.name).write_bytes(file.read_bytes())


@pytest.mark.parametrize(
    ("subgraphs", "told", "words"),
    [
        ("erp=https://erp/graphql", (), "https:// goes with PLANTMESH_TLS_CERT"),
        ("erp=http://erp/graphql", ("CERT", "KEY", "CA"), "https:// goes with"),
        ("erp=https://erp/graphql", ("CERT", "CA"), "go together"),
    ],
)
def test_tls_is_one_switch(subgraphs: str, told: tuple[str, ...], words: str) -> None:
    env = {f"PLANTMESH_TLS_{name}": "/dev/null" for name in told}
    needed = {"PLANTMESH_JWKS_URL": "http://i/keys", "PLANTMESH_ISSUER": "http://i"}
    done = subprocess.run(
        [str(binaries.node()), str(HERE / "gateway" / "settings.mjs")],
        env={**env, **needed, "PLANTMESH_SUBGRAPHS": subgraphs},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert words in done.stderr
