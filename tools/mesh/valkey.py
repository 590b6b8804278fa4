"""Valkey of our own: loopback only, password asked, nothing kept on disk."""

from pathlib import Path

import redis

from tools.mesh import binaries
from tools.mesh.child import Child
from tools.mesh.files import remembered_secret, write_private
from tools.mesh.ports import LOOPBACK
from tools.mesh.server import Server

# Streams are a rebuildable copy of the outboxes: persistence would only slow them and hide the
# rebuild; evicting an entry would be a gap, so a full server refuses instead.
_SETTINGS = {
    "bind": LOOPBACK,
    "save": '""',
    "appendonly": "no",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class Valkey(Server):
    """A server whose port and password are remembered under `root`; its entries are not."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "valkey")
        self._secrets = self.root / "secrets"

    @property
    def url(self) -> str:
        """With the password; the same after a restart."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.ports.of(self.name)}/0"

    def command(self) -> Child:
        """The server with its settings in a private file: anyone can read arguments."""
        scratch = self.root / "valkey"
        scratch.mkdir(parents=True, exist_ok=True)
        settings = _SETTINGS | {
            "port": str(self.ports.take(self.name)),
            "requirepass": self._password,
            "dir": f'"{scratch}"',  # a full copy for a replica passes through a file
        }
        file = self._secrets / "valkey.conf"
        write_private(file, "".join(f"{name} {value}\n" for name, value in settings.items()))
        return Child(
            name=self.name,
            argv=[str(binaries.valkey_server()), str(file)],
            log=self.log,
            pid_file=self.pid_file,
        )

    def answers(self) -> bool:
        """Whether it says PONG."""
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    @property
    def _password(self) -> str:
        return remembered_secret(self._secrets / self.name)
