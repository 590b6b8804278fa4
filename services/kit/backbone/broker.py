"""The broker as the backbone wants it: faults are seen, never retried behind our back."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.maint_notifications import MaintNotificationsConfig

_READ_TIMEOUT = 5.0


def plain(client: "Redis") -> "Redis":
    """A client of its own for a loop: same server, no retries, replies as they come (RESP 2)."""
    pool = client.connection_pool
    settings = {
        **pool.connection_kwargs,
        "retry": Retry(NoBackoff(), 0),
        "retry_on_error": [],
        "protocol": 2,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        "socket_timeout": _READ_TIMEOUT,
        "socket_connect_timeout": _READ_TIMEOUT,
        "decode_responses": False,
    }
    own = Redis.from_pool(type(pool)(connection_class=pool.connection_class, **settings))
    own.response_callbacks.pop("XREAD", None)
    return own


async def forbids_eviction(client: "Redis") -> bool:
    """Whether the server refuses writes when it is full, instead of dropping what we keep there."""
    memory = await client.info("memory")
    return bool(memory.get("maxmemory_policy", "noeviction") == "noeviction")
