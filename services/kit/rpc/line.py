"""The channel to a peer: one for ever in the clear, another whenever our TLS files are renewed."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import grpc

from services.kit.clock import SystemClock
from services.kit.rpc.handshake import way_out
from services.kit.rpc.terms import LARGEST_MESSAGE
from services.kit.rpc.tls import channel_credentials
from services.kit.tls import LOOK_SECONDS, Renewed, TlsFiles

T = TypeVar("T")

_OPTIONS = (
    # One retry layer a path, and it is never this one.
    ("grpc.enable_retries", 0),
    # A subchannel shared between channels keeps its backoff: a new peer on an old port seems away.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.lb_policy_name", "round_robin"),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
_GRACE = 60.0
"""Seconds that calls on a channel that was replaced may take; none is allowed more."""


def _common_host(address: str) -> str:
    """The host of "ipv4:host:port,host:port"; gRPC takes no name for its certificate from these."""
    scheme, _, places = address.partition(":")
    hosts = {place.rpartition(":")[0] for place in places.split(",")}
    return hosts.pop() if scheme == "ipv4" and len(hosts) == 1 else ""


class Line:
    """Calls to `address`; with `tls` both ends show who they are, the other as `known_as`.

    Raises OSError when a file of `tls` is missing.
    """

    def __init__(
        self,
        address: str,
        tls: TlsFiles | None = None,
        *,
        known_as: str = "",
        every: float = LOOK_SECONDS,
    ) -> None:
        self._address = address
        self._known_as = known_as or _common_host(address)
        self._renewed = Renewed(tls, every=every) if tls else None
        self._channel = self._open()
        self._leaving: set[asyncio.Task[None]] = set()

    def method(self, make: Callable[[Any], T]) -> Callable[[], T]:
        """What gives the method that `make` makes of a channel, made anew when that is another."""
        on, made = self._channel, make(self._channel)

        def current() -> T:
            nonlocal on, made
            channel = self._current()
            if channel is not on:
                on, made = channel, make(channel)
            return made

        return current

    def hint(self, error: grpc.aio.AioRpcError) -> str:
        """The way out where TLS is why there is no connection; "" otherwise."""
        if error.code() is not grpc.StatusCode.UNAVAILABLE:
            return ""
        shown = self._renewed.now if self._renewed else None
        return way_out(error.details() or "", shown, SystemClock().now())

    async def close(self) -> None:
        """End calls under way and the connections."""
        await self._channel.close(None)
        for task in self._leaving:
            task.cancel()

    def _current(self) -> grpc.aio.Channel:
        if self._renewed and self._renewed.look():
            old, self._channel = self._channel, self._open()
            task = asyncio.ensure_future(old.close(_GRACE))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
        return self._channel

    def _open(self) -> grpc.aio.Channel:
        if self._renewed is None:
            return grpc.aio.insecure_channel(self._address, options=_OPTIONS)
        credentials = channel_credentials(self._renewed.now)
        named = (("grpc.ssl_target_name_override", self._known_as),) if self._known_as else ()
        return grpc.aio.secure_channel(self._address, credentials, options=(*_OPTIONS, *named))
