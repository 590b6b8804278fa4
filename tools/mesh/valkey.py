"""Valkey of our own: loopback only, password asked, nothing kept on disk."""

from pathlib import Path

import redis

from tools.mesh import binaries
from tools.mesh.child import Child, sweep
from tools.mesh.errors import MeshError
from tools.mesh.ports import LOOPBACK, free_port, is_free
from tools.mesh.secret import remembered_secret, write_private
from tools.mesh.wait import until

# Streams are a rebuildable copy of the outboxes: persistence would only slow them and hide the
# rebuild; evicting an entry would be a gap, so a full server refuses instead.
_SETTINGS = {
    "bind": LOOPBACK,
    "save": '""',
    "appendonly": "no",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
}


class Valkey:
    """A server whose port and password are remembered under `root`; its entries are not."""

    def __init__(self, root: Path, *, name: str = "valkey") -> None:
        self._root = root.resolve()
        self._name = name
        self._pid_file = self._root / "run" / f"{name}.pid"
        self._port_file = self._root / "run" / f"{name}.port"
        self._child: Child | None = None

    @property
    def port(self) -> int:
        """Where it listened last; raises MeshError before the first start."""
        if not self._port_file.exists():
            raise MeshError("Valkey was never started here", hint="make up")
        return int(self._port_file.read_text())

    @property
    def url(self) -> str:
        """With the password; the same after a restart."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    @property
    def _password(self) -> str:
        return remembered_secret(self._root / "secrets" / self._name)

    def start(self) -> None:
        """Run it, empty, and wait for its first answer."""
        child = self.prepare()
        child.start()
        until(lambda: self._answers(child), "the start of Valkey")

    def prepare(self) -> Child:
        """The server, ready to be started: leftovers ended, port chosen, settings written."""
        if self._child is not None and self._child.alive():
            raise MeshError("Valkey already runs")
        sweep(self._pid_file)
        if not self._port_file.exists() or not is_free(self.port):
            self._port_file.parent.mkdir(parents=True, exist_ok=True)
            self._port_file.write_text(str(free_port()))
        own = {"port": str(self.port), "requirepass": self._password, "dir": f'"{self._scratch()}"'}
        settings = _SETTINGS | own
        # In a file and not in the arguments, which every user of the machine can read.
        file = self._root / "secrets" / f"{self._name}.conf"
        write_private(file, "".join(f"{name} {value}\n" for name, value in settings.items()))
        self._child = Child(
            name=self._name,
            argv=[str(binaries.valkey_server()), str(file)],
            log=self._root / "log" / f"{self._name}.log",
            pid_file=self._pid_file,
        )
        return self._child

    def stop(self) -> None:
        """Shut down in order. Safe to repeat."""
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """kill -9."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Stop and start on the same port; everything in it is gone."""
        self.stop()
        self.start()

    def _scratch(self) -> Path:
        """Where a full copy for a replica may pass through a file."""
        folder = self._root / "valkey"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _answers(self, child: Child) -> bool:
        if not child.alive():
            raise MeshError(f"Valkey ended at its start:\n{child.tail()}")
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
