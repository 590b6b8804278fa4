"""The channel to a peer: one for ever in the clear, another whenever our TLS files are renewed."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import grpc

from services.kit.rpc.terms import LARGEST_MESSAGE
from services.kit.rpc.tls import LOOK_SECONDS, Renewed, TlsFiles, channel_credentials

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


class Line:
    """Calls to `address`; with `tls` both ends show who they are.

    Raises OSError when a file of `tls` is missing.
    """

    def __init__(
        self, address: str, tls: TlsFiles | None = None, *, every: float = LOOK_SECONDS
    ) -> None:
        self._address = address
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
        return grpc.aio.secure_channel(self._address, credentials, options=_OPTIONS)
