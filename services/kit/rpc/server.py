"""The gRPC port of a service."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import grpc

from services.kit.access.tokens import Verifier
from services.kit.rpc.guard import Guard
from services.kit.rpc.terms import LARGEST_MESSAGE
from services.kit.rpc.tls import server_credentials
from services.kit.tls import TlsFiles

LONGEST_CALL = 60.0
_CALLS_AT_ONCE = 512
_OPTIONS = (
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    # Between its soft and its hard limit gRPC refuses at random; ours for a token is below both.
    ("grpc.max_metadata_size", 16_384),
    ("grpc.absolute_max_metadata_size", 32_768),
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    # Clients look for replicas again now and then; without it a new one would stay idle.
    ("grpc.max_connection_age_ms", 300_000),
    ("grpc.max_connection_age_grace_ms", 60_000),
)

Registration = tuple[Callable[[Any, grpc.aio.Server], None], Any]
"""The generated add_..._to_server and the servicer to add."""


class RpcServer:
    """Serves `registrations` on `bind`:`port`; port 0 takes a free one.

    A call takes `longest` seconds at most, and `grace` seconds once the server is to stop. With
    `tls` it takes only callers who show a certificate. Raises RuntimeError when the port is taken,
    OSError when a file of `tls` is missing.
    """

    def __init__(  # noqa: PLR0913 - where it listens and how long things may take
        self,
        verifier: Verifier,
        registrations: Sequence[Registration],
        *,
        bind: str,
        port: int,
        longest: float = LONGEST_CALL,
        grace: float = 8.0,
        tls: TlsFiles | None = None,
    ) -> None:
        self._grace = grace
        self._server = grpc.aio.server(
            interceptors=[Guard(verifier, longest=longest)],
            options=_OPTIONS,
            maximum_concurrent_rpcs=_CALLS_AT_ONCE,
        )
        for register, servicer in registrations:
            register(servicer, self._server)
        at = f"{bind}:{port}"
        if tls is None:
            self.port = self._server.add_insecure_port(at)
        else:
            self.port = self._server.add_secure_port(at, server_credentials(tls))

    async def start(self) -> None:
        """Begin to answer."""
        await self._server.start()

    async def stop(self, grace: float) -> None:
        """Take no new calls, and give those under way `grace` seconds to end."""
        await self._server.stop(grace)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then drain."""
        await self.start()
        try:
            await stop.wait()
        finally:
            await self.stop(self._grace)
