"""Stands between an adapter and its ERP: a request is lost, an answer is lost, late or false.

One connection a request, as the adapters make them. `answered` are the methods that got through.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import msgspec

from tools.mesh.ports import LOOPBACK

_BODY = b"\r\n\r\n"
_PAGE = b"<html><body>It works!</body></html>"
_LONGEST = 64 * 1024 * 1024


@dataclass
class Visit:
    """A request on its way; `forward` has the ERP answer it, `answer` is for the adapter."""

    method: str
    forward: Callable[[], Awaitable[bytes]]
    answer: Callable[[bytes], Awaitable[None]]


Deal = Callable[[Visit], Awaitable[object]]
Fault = Callable[[Visit], Awaitable[bool]]
"""Deals with a visit instead of the proxy; False = this one is not for me."""


def rpc_method(head: bytes, body: bytes) -> str:
    """The method of a JSON-RPC call."""
    return str(msgspec.json.decode(body)["method"])


def verb_and_set(head: bytes, body: bytes) -> str:
    """The verb of a request and the last part of its path, as in "GET A_Product"."""
    verb, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    return f"{verb} {urlsplit(path).path.rpartition('/')[2]}"


@dataclass
class Proxy:
    """`async with Proxy(url)`: at `url` on a port of its own. `named` tells visits apart; with a
    certificate in `trust` it speaks TLS to the adapter.
    """

    target: str
    named: Callable[[bytes, bytes], str] = rpc_method
    fault: Fault | None = None
    trust: ssl.SSLContext | None = None
    answered: list[str] = field(default_factory=list)
    _port: int = 0
    _server: asyncio.Server | None = None
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        """Open."""
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close, and see out what was late."""
        await asyncio.gather(*self._late)
        await self.shut()

    @property
    def url(self) -> str:
        """What the adapter is told."""
        scheme = "http" if self.trust is None else "https"
        address = urlsplit(self.target)._replace(scheme=scheme, netloc=f"{LOOPBACK}:{self._port}")
        return address.geturl()

    async def open(self) -> None:
        """Take connections, on the same port as before."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve, LOOPBACK, self._port, limit=_LONGEST, ssl=self.trust
            )
            self._port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Take none."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    def later(self, seconds: float, work: Callable[[], Awaitable[bytes]]) -> None:
        """Have it done when the adapter has hung up long since."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            await work()

        task = asyncio.create_task(wait())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                head, body = await _request(reader)
                request, method = head + body, self.named(head, body)

                async def forward() -> bytes:
                    answer = await _forward(self.target, request)
                    self.answered.append(method)
                    return answer

                async def answer(content: bytes) -> None:
                    writer.write(content)
                    await writer.drain()

                visit = Visit(method, forward, answer)
                if self.fault is None or not await self.fault(visit):
                    await answer(await forward())
        finally:
            writer.close()


def for_visits(deal: Deal, *endings: str) -> Fault:
    """Of all visits, or of those whose method ends so."""

    async def fault(visit: Visit) -> bool:
        mine = not endings or visit.method.endswith(endings)
        if mine:
            await deal(visit)
        return mine

    return fault


async def hang_up(visit: Visit) -> None:
    """Neither ask nor answer."""


async def hear_nothing(visit: Visit) -> None:
    """Ask, and keep the answer."""
    await visit.forward()


def once(fault: Fault) -> Fault:
    """Of the visits that it is for, the first."""
    used = False

    async def first(visit: Visit) -> bool:
        nonlocal used
        if used:
            return False
        # Taken before it is over: another visit may come meanwhile.
        used = True
        used = await fault(visit)
        return used

    return first


def said(status: str, body: bytes, *headers: str) -> bytes:
    """An answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + _BODY + body


def page(status: str, *headers: str) -> bytes:
    """An answer for people."""
    return said(status, _PAGE, "Content-Type: text/html", *headers)


def nothing() -> bytes:
    """An answer of a call that says nothing."""
    return said("200 OK", b'{"id":1,"result":null}', "Content-Type: application/json")


async def _request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(_BODY)
    lengths = (
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    return head, await reader.readexactly(next(lengths, 0))


async def _forward(target: str, request: bytes) -> bytes:
    where = urlsplit(target)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        head, _, rest = request.partition(b"\r\n")
        writer.write(head + b"\r\nConnection: close\r\n" + rest)
        await writer.drain()
        return await reader.read()
    finally:
        writer.close()
