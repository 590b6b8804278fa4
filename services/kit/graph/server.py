"""The subgraph's HTTP port: granian inside the service's own loop (docs/adr/0004)."""

import asyncio
import logging
import socket
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

from services.kit.graph.app import GraphApp

_BACKLOG = 1024


class GraphServer:
    """Serves `app` on `bind`:`port`; port 0 takes a free one. Raises OSError when it is taken.

    Told to stop, it lets what is under way end within `grace` seconds.
    """

    def __init__(self, app: GraphApp, *, bind: str, port: int, grace: float = 8.0) -> None:
        self._app = app
        self._grace = grace
        self._socket = _listen(bind, port)
        self.port: int = self._socket.getsockname()[1]

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then drain."""
        server = _Embedded(self._app, self._socket)
        serving = asyncio.create_task(server.serve())
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
                raise RuntimeError("the HTTP server ended by itself")
            # granian tells nobody when the last answer is out; the app does.
            await asyncio.wait({asyncio.ensure_future(self._app.quiet.wait())}, timeout=self._grace)
        finally:
            stopped.cancel()
            server.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait({serving}, timeout=self._grace)


class _Embedded(Server):
    """Granian on a socket of ours: its own is shared (SO_REUSEPORT) with whoever else asks."""

    def __init__(self, app: GraphApp, listening: socket.socket) -> None:
        logging.getLogger("_granian").setLevel(logging.ERROR)
        super().__init__(
            app,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd: Any = SocketHolder(self._listening.detach(), False, _BACKLOG)  # type: ignore[call-arg]


def _listen(bind: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((bind, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
