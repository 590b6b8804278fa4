"""A small service of the graph as a process: `python -m tests.web.subgraph NAME`.

It tells at /seen what it was asked, and at /mode/NAME it changes how it answers.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.kit import log
from services.kit.access.keys import IssuerKeys
from services.kit.access.tokens import Verifier
from services.kit.clock import SystemClock
from services.kit.graph import GraphApp, GraphServer
from services.kit.graph.app import Message, Receive, Send
from tests.web.schemas import SCHEMAS


@dataclass
class Seen:
    """Headers of every operation, and every batch as (what, ids)."""

    headers: list[dict[str, str]] = field(default_factory=list)
    batches: list[tuple[str, Sequence[str]]] = field(default_factory=list)


class Witness(GraphApp):
    """The kit's app, watched, in one of the modes well, slow, held, and broken like a proxy."""

    def __init__(self, name: str, verifier: Verifier) -> None:
        self._seen = Seen()
        self._mode = "well"
        self._changed = asyncio.Event()
        super().__init__(SCHEMAS[name], verifier, {"seen": self._seen})

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer about itself, else as its mode says."""
        path = scope["path"]
        if path == "/seen":
            seen = {"headers": self._seen.headers, "batches": self._seen.batches}
            await _reply(send, 200, json.dumps(seen).encode())
            self._seen.headers.clear()
            self._seen.batches.clear()
        elif path.startswith("/mode/"):
            self._mode = path.removeprefix("/mode/")
            self._changed.set()
            self._changed = asyncio.Event()
            await _reply(send, 200, b"{}")
        else:
            self._seen.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        if self._mode == "broken":
            await _reply(send, 502, b"<h1>secret upstream http://10.1.2.3:9/ failed</h1>")
            return
        if self._mode == "slow":
            await asyncio.sleep(0.6)
        if self._mode == "held":
            await self._changed.wait()
        await super().__call__(scope, receive, send)


async def _reply(send: Send, status: int, body: bytes) -> None:
    headers: Any = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def main(name: str) -> None:
    """Serve until killed."""
    clock, env = SystemClock(), os.environ
    log.configure(name, name)
    keys = IssuerKeys(env["KEYS"], clock)
    witness = Witness(name, Verifier(keys, env["ISSUER"], "plantmesh", clock))
    server = GraphServer(witness, bind="127.0.0.1", port=int(env["PLANTMESH_GRAPH_PORT"]))
    await server.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
