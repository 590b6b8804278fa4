"""The erp service as it is, but hurt at named checkpoints: `python -m tests.faults.erp.armed`.

FAULTS_ARMS says how, as JSON; what happens is counted where a kill cannot take it back.
"""

import os
import runpy
from pathlib import Path

import msgspec

from services.kit.lanes import worker
from services.kit.lanes.terms import Notice
from tests.faults.counters import Counters
from tests.faults.crash import Fault, arm


class Arms(msgspec.Struct):
    """What is done to one replica, in which run."""

    counters: str
    seed: str
    crash: dict[str, Fault] = {}


def main() -> None:
    """Arm, then be the service."""
    arms = msgspec.json.decode(os.environ["FAULTS_ARMS"], type=Arms)
    counters = Counters(Path(arms.counters))
    instance = os.environ["PLANTMESH_INSTANCE"]
    life = f"life.{instance}"
    counters.note(life)
    arm(arms.crash, counters, f"{arms.seed}.{instance}.{counters.read()[life]}")

    def counted(_: str) -> Notice:
        return lambda what, count: counters.note(f"lane.{what}", count) if count else None

    vars(worker).update(metered=counted)
    runpy.run_module("services.erp", run_name="__main__")


if __name__ == "__main__":
    main()
