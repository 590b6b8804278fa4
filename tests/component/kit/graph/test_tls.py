"""The graph's port over TLS: strangers are refused, renewed certificates cost nobody an answer."""

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from services.kit.graph import GraphApp, GraphServer
from services.kit.tls import TlsFiles
from tests.component.kit.graph.shop import SCHEMA, Shop
from tests.component.kit.rpc.desk import mint, verifier
from tests.waiting import until
from tools.mesh.authority import Authority

ASKED = {"query": "{ orders { id } }"}
LAST_YEAR = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
EVERY, OUTLIVES = 0.02, 3.0


@asynccontextmanager
async def served(files: TlsFiles) -> AsyncIterator[str]:
    app = GraphApp(SCHEMA, verifier(), {"shop": Shop()})
    server = GraphServer(
        app, bind="127.0.0.1", port=0, tls=files, every=EVERY, outlives=OUTLIVES, grace=2
    )
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    try:
        yield f"https://127.0.0.1:{server.port}/graphql"
    finally:
        stop.set()
        await asyncio.wait_for(running, 30)


def caller(shown: TlsFiles | None, believed: TlsFiles) -> aiohttp.ClientSession:
    context = ssl.create_default_context(cafile=str(believed.ca))
    if shown:
        context.load_cert_chain(shown.cert, shown.key)
    return aiohttp.ClientSession(
        headers={"authorization": f"Bearer {mint()}"},
        connector=aiohttp.TCPConnector(ssl=context),
    )


async def ask(http: aiohttp.ClientSession, url: str) -> None:
    async with http.post(url, json=ASKED) as answer:
        assert len((await answer.json())["data"]["orders"]) == 3


async def number(url: str, files: TlsFiles) -> int:
    """Of the certificate that a new connection is shown."""
    context = ssl.create_default_context(cafile=str(files.ca))
    context.load_cert_chain(files.cert, files.key)
    place = urlsplit(url)
    _, writer = await asyncio.open_connection(place.hostname, place.port, ssl=context)
    shown = writer.get_extra_info("peercert")
    writer.close()
    return int(shown["serialNumber"], 16)


class Held:
    """One connection, never opened again."""

    def __init__(self, url: str, files: TlsFiles) -> None:
        context = ssl.create_default_context(cafile=str(files.ca))
        context.load_cert_chain(files.cert, files.key)
        self._connection = HTTPSConnection(urlsplit(url).netloc, context=context)
        self._connection.connect()
        self._connection.auto_open = 0

    async def ask(self) -> str | None:
        """What the answer says of the connection."""
        return await asyncio.to_thread(self._ask)

    def _ask(self) -> str | None:
        sent = {"authorization": f"Bearer {mint()}", "content-type": "application/json"}
        self._connection.request("POST", "/graphql", json.dumps(ASKED), sent)
        answer = self._connection.getresponse()
        assert len(json.load(answer)["data"]["orders"]) == 3
        return answer.getheader("connection")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("nobody", "CERTIFICATE_REQUIRED"),
        ("stranger", "UNKNOWN_CA"),
        ("late", "CERTIFICATE_EXPIRED"),
    ],
)
async def test_only_who_shows_a_certificate_that_is_good_now_is_answered(
    tmp_path: Path, who: str, words: str
) -> None:
    ours = Authority("ours")
    mes, gateway = (ours.issue(tmp_path / name, name) for name in ("mes", "gateway"))
    shown = {
        "nobody": None,
        "stranger": Authority("theirs").issue(tmp_path / "stranger", "gateway"),
        "late": ours.issue(tmp_path / "late", "gateway", end=LAST_YEAR),
    }
    async with served(mes) as url:
        async with caller(gateway, gateway) as http:
            await ask(http, url)
        async with caller(shown[who], gateway) as http:
            with pytest.raises(aiohttp.ClientOSError, match=words):
                await ask(http, url)
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.ClientError):
                await http.post(url.replace("https", "http"), json=ASKED)


async def test_a_renewed_certificate_is_taken_up_and_nobody_notices(tmp_path: Path) -> None:
    ours = Authority("ours")
    mes, gateway = (ours.issue(tmp_path / name, name) for name in ("mes", "gateway"))
    async with served(mes) as url, caller(gateway, gateway) as http:
        asked, stop = 0, asyncio.Event()

        async def load() -> None:
            nonlocal asked
            while not stop.is_set():
                await ask(http, url)
                asked += 1

        loads = [asyncio.create_task(load()) for _ in range(3)]
        first, idle = await number(url, gateway), Held(url, gateway)
        assert await idle.ask() is None
        ours.issue(tmp_path / "mes", "mes")

        async def is_gone() -> bool:
            return first not in {await number(url, gateway) for _ in range(8)}

        async def is_renewed() -> bool:
            return await number(url, gateway) != first

        async def is_asked() -> bool:
            return asked > before + 10

        # Both answer for a while; then only the new one does.
        await until(is_renewed, every=EVERY)
        assert await idle.ask() == "close"
        await until(is_gone, every=EVERY)
        before = asked
        await until(is_asked, every=EVERY)
        stop.set()
        await asyncio.gather(*loads)


async def test_a_key_that_is_not_yet_that_of_the_certificate_is_waited_for(tmp_path: Path) -> None:
    ours = Authority("ours")
    mes, gateway = (ours.issue(tmp_path / name, name) for name in ("mes", "gateway"))
    later = ours.issue(tmp_path / "later", "mes")
    async with served(mes) as url, caller(gateway, gateway) as http:
        first = await number(url, gateway)
        mes.cert.write_bytes(later.cert.read_bytes())
        await asyncio.sleep(5 * EVERY)
        await ask(http, url)
        assert await number(url, gateway) == first
        mes.key.write_bytes(later.key.read_bytes())

        async def is_renewed() -> bool:
            return await number(url, gateway) != first

        await until(is_renewed, every=EVERY)


def test_files_that_do_not_belong_together_open_no_port(tmp_path: Path) -> None:
    ours = Authority("ours")
    mes, other = (ours.issue(tmp_path / name, name) for name in ("mes", "other"))
    app = GraphApp(SCHEMA, verifier(), {})
    with pytest.raises(OSError, match="KEY_VALUES_MISMATCH"):
        GraphServer(app, bind="127.0.0.1", port=0, tls=TlsFiles(mes.cert, other.key, mes.ca))
