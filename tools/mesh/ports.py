"""Free ports on the loopback interface, remembered by name from run to run."""

import fcntl
import json
import os
import random
import socket
import tempfile
from functools import cache
from pathlib import Path

from tools.mesh.errors import MeshError
from tools.mesh.files import write_whole

LOOPBACK = "127.0.0.1"
_FIRST = 10_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_CLAIMS = Path(tempfile.gettempdir()) / f"plantmesh-ports-{os.getuid()}.lock"
_claimed: set[int] = set()


class Ports:
    """The ports of one mesh, kept in `file` so that addresses outlive a restart."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, name: str) -> int:
        """The port `name` took last; raises MeshError when it never took one."""
        try:
            return self._known()[name]
        except KeyError:
            raise MeshError(f"{name} was never started here", hint="make up") from None

    def take(self, name: str) -> int:
        """A port that `name` can listen on now: its last one, or another if that is taken."""
        known = self._known()
        if name not in known or not (_claim(known[name]) and is_free(known[name])):
            known[name] = free_port(without=frozenset(known.values()))
            write_whole(self._file, json.dumps(known, indent=1, sort_keys=True))
        return known[name]

    def taken_by(self, owner: str) -> dict[str, int]:
        """The ports of `owner` by purpose; the purpose of its only one is ""."""
        known = self._known().items()
        mine = ((name.partition("."), port) for name, port in known)
        return {purpose: port for (name, _, purpose), port in mine if name == owner}

    def _known(self) -> dict[str, int]:
        if not self._file.exists():
            return {}
        known: dict[str, int] = json.loads(self._file.read_text())
        return known


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port(without: frozenset[int] = frozenset()) -> int:
    """A random free port below the ephemeral range, none of `without`; ours while we live.

    The kernel hands ephemeral ports (what `bind(0)` gives) to outgoing connections: while a server
    is down for a fault test, a client that keeps dialling could take its port, or reach itself.
    """
    ceiling = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else 32_768
    while True:
        port = random.randrange(_FIRST, max(ceiling, _FIRST + 1000))
        if port not in without | _claimed and _claim(port) and is_free(port):
            return port


def _claim(port: int) -> bool:
    """Whether `port` is this process's to hand out, and nobody else's until it ends.

    Between finding a port free and listening there pass seconds, in which another mesh or test run
    of this machine could find the same one. Byte n of one file stands for port n.
    """
    try:
        fcntl.lockf(_claims(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except (BlockingIOError, PermissionError):
        return False
    _claimed.add(port)
    return True


@cache
def _claims() -> int:
    # Never closed: a record lock ends with any descriptor of its file that its process closes.
    return os.open(_CLAIMS, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
