"""Bad days, arranged over the control port: what goes wrong, how often, and for whom."""

import random
import time
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

What = Literal[
    "slow",  # thinks for `seconds` before it does anything
    "busy",  # answers 503
    "lost_before",  # the connection breaks and nothing was booked
    "lost_after",  # booked, and the connection breaks
    "late",  # the connection breaks, `seconds` later it is booked
    "did_nothing",  # answers 201 with a number, books nothing
    "partial",  # books the first line only
    "asynchronous",  # answers 202, books `seconds` later
    "locked",  # answers 409: somebody else has the order open
    "late_commit",  # an order's change takes `seconds` and then has its first moment's time
    "nonsense",  # answers 200 with a page for people
]


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """`count` visits are hurt (None: until cleared), each with `chance`.

    `reference` picks those that contain it; `door` is the kind of request: post, search, orders,
    result or write.
    """

    what: What
    door: str = "post"
    count: int | None = None
    chance: float = 1.0
    seconds: float = 0.0
    reference: str = ""


class Throttle(Struct, frozen=True, forbid_unknown_fields=True):
    """`rate` requests a second are borne, `burst` may be saved up; beyond it is 429."""

    rate: float
    burst: float


@dataclass
class Weather:
    """The faults in force. `closed` = no connection is taken."""

    faults: list[Fault] = field(default_factory=list)
    left: list[int | None] = field(default_factory=list)
    throttle: Throttle | None = None
    closed: bool = False
    tokens: float = 0.0
    filled_at: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def bring(self, faults: list[Fault]) -> None:
        """Exactly these from now on."""
        self.faults = faults
        self.left = [fault.count for fault in faults]

    def bear(self, throttle: Throttle | None) -> None:
        """How many requests a second are borne from now on."""
        self.throttle = throttle
        self.tokens, self.filled_at = (throttle.burst if throttle else 0.0), time.monotonic()

    def strikes(self, what: What, door: str, reference: str = "") -> Fault | None:
        """The fault that hits this visit, if any; it counts as one of its `count`."""
        for number, fault in enumerate(self.faults):
            meant = fault.what == what and fault.door == door and fault.reference in reference
            if meant and self.left[number] != 0 and self.dice.random() < fault.chance:
                left = self.left[number]
                self.left[number] = None if left is None else left - 1
                return fault
        return None

    def admits(self) -> float:
        """0 = come in; else how many seconds to wait first."""
        if self.throttle is None:
            return 0.0
        now = time.monotonic()
        self.tokens += (now - self.filled_at) * self.throttle.rate
        self.tokens, self.filled_at = min(self.tokens, self.throttle.burst), now
        if self.tokens < 1:
            return (1 - self.tokens) / self.throttle.rate
        self.tokens -= 1
        return 0.0
