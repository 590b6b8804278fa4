"""What happens to a process at a checkpoint: it is killed, stopped or delayed, seeded."""

import os
import random
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from services.kit import checkpoint
from tests.faults.counters import Counters


@dataclass(frozen=True, slots=True)
class Fault:
    """`how` the process is hurt, with this `chance` at each visit, after `skip` visits.

    `seconds` is the length of a delay; a stop ends when the harness wakes the process.
    """

    how: Literal["kill", "stop", "delay"] = "kill"
    chance: float = 1.0
    skip: int = 0
    seconds: float = 0.02


Crash = Mapping[str, Fault]


def arm(crash: Crash, counters: Counters, seed: str) -> None:
    """Make this process follow `crash`; counts every visit as well as every fault."""
    dice = random.Random(seed)
    visits: dict[str, int] = {}

    def at(name: str) -> None:
        counters.note(f"reach.{name}")
        fault = crash.get(name)
        if fault is None:
            return
        visits[name] = visits.get(name, 0) + 1
        if visits[name] > fault.skip and dice.random() < fault.chance:
            counters.note(f"{fault.how}.{name}")
            _hurt(fault)

    checkpoint.observe(at)


def _hurt(fault: Fault) -> None:
    if fault.how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault.how == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        time.sleep(fault.seconds)
