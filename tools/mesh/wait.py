"""Waiting for a fact, with a deadline, instead of sleeping and hoping."""

import time
from collections.abc import Callable

from tools.mesh.errors import MeshError

STEP = 0.01


def until(fact: Callable[[], bool], what: str, *, seconds: float = 30.0) -> None:
    """Poll `fact` until it holds; raises MeshError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() >= deadline:
            raise MeshError(f"{what}: not within {seconds:g} s")
        time.sleep(STEP)
