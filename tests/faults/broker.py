"""What may happen to a broker while others talk to it."""

from contextlib import ExitStack
from urllib.parse import urlsplit

import redis

from tests.servers import ValkeyServer, valkey_server
from tools.mesh.wait import until


class Broker:
    """A private broker that may forget, refuse, die or be replaced; its URL stays the same."""

    def __init__(self, resources: ExitStack) -> None:
        self._resources = resources
        self._server: ValkeyServer = resources.enter_context(valkey_server(private=True))
        self.url = self._server.url
        self.client = self._client(self.url)

    def flush(self) -> None:
        """It loses everything and nobody's connection drops."""
        self.client.flushall()

    def fill_up(self) -> None:
        """It refuses every write for lack of memory, until relieve()."""
        self.client.config_set("maxmemory", 1)

    def relieve(self) -> None:
        """It has memory again."""
        self.client.config_set("maxmemory", 0)

    def kill(self) -> None:
        """kill -9, without persistence."""
        self._server.kill()

    def start(self) -> None:
        """It is back on the same port, empty."""
        self._server.start()
        self.client = self._client(self.url)

    def replica(self) -> "Replica":
        """A second server that copies this one from now on."""
        return Replica(self, self._resources.enter_context(valkey_server(private=True)))

    def replaced_by(self, server: ValkeyServer) -> None:
        """Another server answers under our address from now on."""
        self._server = server
        self.client = self._client(self.url)

    def _client(self, url: str) -> redis.Redis:
        client = redis.Redis.from_url(url)
        self._resources.callback(client.close)
        return client


class Replica:
    """Follows a broker; may fall behind and take its place, without what it did not see."""

    def __init__(self, primary: Broker, server: ValkeyServer) -> None:
        self._primary = primary
        self._server = server
        self._client = redis.Redis.from_url(server.url)
        where = urlsplit(primary.url)
        self._password = where.password or ""
        primary.client.config_set("repl-diskless-sync-delay", 0)
        self._client.config_set("masterauth", self._password)
        self._client.replicaof(where.hostname, where.port)
        until(self._in_step, "the replica's first copy")

    def fall_behind(self) -> None:
        """It hears no more of what the primary does."""
        self._client.replicaof("NO", "ONE")

    def take_over(self) -> None:
        """The primary dies; this one answers at its address, with its password."""
        port = urlsplit(self._primary.url).port or 0
        self._primary.kill()
        self._client.config_set("requirepass", self._password)
        self._client.config_set("port", port)
        self._primary.replaced_by(self._server)

    def _in_step(self) -> bool:
        link = self._client.info("replication")
        return bool(link.get("master_link_status") == "up")
