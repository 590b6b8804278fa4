"""Free ports on the loopback interface."""

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
_FIRST = 10_000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A random free port below the ephemeral range.

    The kernel hands ephemeral ports (what `bind(0)` gives) to outgoing connections: while a server
    is down for a fault test, a client that keeps dialling could take its port, or reach itself.
    """
    ceiling = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else 32_768
    while True:
        port = random.randrange(_FIRST, max(ceiling, _FIRST + 1000))
        if is_free(port):
            return port
