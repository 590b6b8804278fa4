"""The broker as the backbone wants it: faults are seen, never retried behind our back."""

from collections.abc import Mapping
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_READ_TIMEOUT = 5.0
# What says where the server is and who we are; the rest of a client's settings are its own.
_ADDRESS = frozenset({"host", "port", "path", "db", "username", "password", "credential_provider"})


class _Packing:
    """Commands are packed by hiredis; the asynchronous client's Python takes ten times longer."""

    def pack_command(self, *parts: Any) -> list[bytes]:
        """The command as it goes over the wire."""
        name, *rest = parts
        words = name.split() if isinstance(name, str) else [name]
        return [hiredis.pack_command((*words, *rest))]


class _Believing(SSLConnection):
    """Reads the authority anew at each connection: one that was renewed on disk is believed."""

    def _connection_arguments(self) -> Mapping[str, Any]:
        self.ssl_context.context = None
        return super()._connection_arguments()


def client_of(url: str, password: str | None = None) -> Redis:
    """A client of the broker at `url`; over TLS (rediss://) the server must show a certificate."""
    client = Redis.from_url(url, password=password)
    pool = client.connection_pool
    if issubclass(pool.connection_class, SSLConnection):
        pool.connection_class = _Believing
    return client


def plain(client: Redis) -> Redis:
    """A client of its own for a loop: same server, no retries, replies as they come (RESP 2)."""
    pool = client.connection_pool
    address = {
        name: value
        for name, value in pool.connection_kwargs.items()
        if name in _ADDRESS or name.startswith("ssl_")
    }
    settings = {
        **address,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_error": [],
        "protocol": 2,
        "socket_timeout": _READ_TIMEOUT,
        "socket_connect_timeout": _READ_TIMEOUT,
        "decode_responses": False,
    }
    kind = _packing(pool.connection_class)
    own = Redis.from_pool(type(pool)(connection_class=kind, **settings))
    own.response_callbacks.pop("XREAD", None)
    return own


async def forbids_eviction(client: Redis) -> bool:
    """Whether the server refuses writes when it is full, instead of dropping what we keep there."""
    memory = await client.info("memory")
    return bool(memory.get("maxmemory_policy", "noeviction") == "noeviction")


def _packing(kind: type[AbstractConnection]) -> type[AbstractConnection]:
    return type("PackingConnection", (_Packing, kind), {})
