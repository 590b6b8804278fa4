"""The subgraph's HTTP port: granian inside the service's own loop (docs/adr/0004).

Granian reads certificates when it begins to listen and never again. Renewed ones are taken up by
another granian on the same socket; the one before answers on, tells every client to ask over
another connection next time, and ends when nobody can still be on one of its own.
"""

import asyncio
import logging
import socket
from collections.abc import MutableMapping
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server.embed import Server

from services.kit.graph.app import LONGEST_OPERATION, GraphApp, Message, Receive, Send
from services.kit.log import logger
from services.kit.tls import LOOK_SECONDS, Renewed, TlsFiles

_BACKLOG = 1024
CLIENT_IDLE = 5.0
"""Seconds that the gateway keeps a connection which nothing goes over (gateway/tls.mjs)."""
OUTLIVES = LONGEST_OPERATION + 2 * CLIENT_IDLE
"""Seconds that a granian with former certificates goes on: nobody is answered over it by then."""

_log = logger(__name__)


class GraphServer:
    """Serves `app` on `bind`:`port`; port 0 takes a free one. Raises OSError when it is taken.

    With `tls` it takes only callers who show a certificate; raises OSError where the files are
    missing or do not belong together, and looks at them every `every` seconds. Told to stop, it
    lets what is under way end within `grace` seconds.
    """

    def __init__(  # noqa: PLR0913 - where it listens and how long things may take
        self,
        app: GraphApp,
        *,
        bind: str,
        port: int,
        grace: float = 8.0,
        tls: TlsFiles | None = None,
        every: float = LOOK_SECONDS,
        outlives: float = OUTLIVES,
    ) -> None:
        self._app = app
        self._grace = grace
        self._tls = tls
        self._every = every
        self._outlives = outlives
        self._renewed = Renewed(tls) if tls else None
        if tls:
            tls.check()
        self._socket = _listen(bind, port)
        self.port: int = self._socket.getsockname()[1]
        self._former: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then drain."""
        turn = self._turn()
        stopped = asyncio.create_task(stop.wait())
        try:
            turn = await self._serve(turn, stopped)
            # granian tells nobody when the last answer is out; the app does.
            await asyncio.wait({asyncio.ensure_future(self._app.quiet.wait())}, timeout=self._grace)
        finally:
            stopped.cancel()
            self._socket.close()
            for leaving in self._former:
                leaving.cancel()
            await asyncio.wait({asyncio.create_task(turn.end(self._grace)), *self._former})

    async def _serve(self, turn: "_Turn", stopped: asyncio.Task[bool]) -> "_Turn":
        """Until we are to stop; who serves by then."""
        every = self._every if self._renewed else None
        renewed = False
        while not stopped.done():
            awaited = {turn.serving, stopped}
            await asyncio.wait(awaited, timeout=every, return_when=asyncio.FIRST_COMPLETED)
            if turn.serving.done():
                turn.serving.result()
                raise RuntimeError("the HTTP server ended by itself")
            renewed = self._look() or renewed
            if renewed and self._whole():
                turn, renewed = self._after(turn), False
        return turn

    def _look(self) -> bool:
        return self._renewed is not None and self._renewed.look()

    def _whole(self) -> bool:
        """Whether the files belong together; who writes them one by one is waited for."""
        try:
            if self._tls:
                self._tls.check()
        except OSError as error:
            _log.warning("renewed TLS files not taken up yet", why=str(error))
            return False
        return True

    def _turn(self) -> "_Turn":
        return _Turn(self._app, self._socket.dup(), self._tls)

    def _after(self, before: "_Turn") -> "_Turn":
        turn = self._turn()
        _log.info("certificate renewed", component="graph")
        leaving = asyncio.create_task(before.leave(self._outlives, self._grace))
        self._former.add(leaving)
        leaving.add_done_callback(self._former.discard)
        return turn


class _Turn:
    """One granian with the certificates that it found."""

    def __init__(self, app: GraphApp, listening: socket.socket, tls: TlsFiles | None) -> None:
        self._app = app
        self._past = False
        self._server = _Embedded(self._answer, listening, tls)
        self.serving = asyncio.create_task(self._server.serve())

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, _last(send) if self._past else send)

    async def leave(self, seconds: float, grace: float) -> None:
        """Send every client away with its answer, and end after `seconds`."""
        self._past = True
        try:
            await asyncio.sleep(seconds)
        finally:
            await self.end(grace)

    async def end(self, grace: float) -> None:
        """Close what is idle, and wait."""
        self._server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait({self.serving}, timeout=grace)


def _last(send: Send) -> Send:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"connection", b"close")]
        await send(message)

    return sent


class _Embedded(Server):
    """Granian on a socket of ours: its own is shared (SO_REUSEPORT) with whoever else asks."""

    def __init__(self, app: Any, listening: socket.socket, tls: TlsFiles | None) -> None:
        logging.getLogger("_granian").setLevel(logging.ERROR)
        super().__init__(
            app,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
            ssl_cert=tls.cert if tls else None,
            ssl_key=tls.key if tls else None,
            ssl_ca=tls.ca if tls else None,
            ssl_client_verify=tls is not None,
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
