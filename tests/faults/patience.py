"""How long a rig waits: on a slow machine as long as things get done, on a stuck one not long."""

import time
from collections.abc import Callable

from tools.mesh.errors import MeshError

_MORE = 30.0


class Patience:
    """`seconds` at first, then as many more as it takes, if `open` changes every half minute."""

    def __init__(self, seconds: float, open: Callable[[], int]) -> None:
        self._open = open
        self._began = time.monotonic()
        self._until = self._began + seconds
        self._last: int | None = None

    def check(self) -> None:
        """Raise MeshError once nothing has gone on for too long."""
        now = time.monotonic()
        if now <= self._until:
            return
        found = self._open()
        if found == self._last:
            raise MeshError(f"not within {now - self._began:.0f} s; open: {found}")
        self._last, self._until = found, now + _MORE
