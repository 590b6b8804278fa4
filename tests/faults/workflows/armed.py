"""The process service as it is, but hurt at named checkpoints, or deaf to its own wakes.

FAULTS_ARMS says how, as JSON; what happens is counted where a kill cannot take it back.
"""

import os
import runpy
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.process.adapters.waker import Waker
from services.process.ports import Wake
from tests.faults.counters import Counters
from tests.faults.crash import Fault, arm


class Arms(msgspec.Struct):
    """What is done to one replica; `deaf` loses every wake-up."""

    counters: str
    seed: str
    crash: dict[str, Fault] = {}
    deaf: bool = False


def main() -> None:
    """Arm, then be the service."""
    arms = msgspec.json.decode(os.environ["FAULTS_ARMS"], type=Arms)
    counters = Counters(Path(arms.counters))
    instance = os.environ["PLANTMESH_INSTANCE"]
    life = f"life.{instance}"
    counters.note(life)
    arm(arms.crash, counters, f"{arms.seed}.{instance}.{counters.read()[life]}")
    if arms.deaf:

        def lose(_: Waker, wakes: Sequence[Wake]) -> None:
            counters.note("wake.lost", len(wakes))

        Waker.wake = lose  # type: ignore[assignment, method-assign]
    runpy.run_module("services.process", run_name="__main__")


if __name__ == "__main__":
    main()
