"""Short runs belong to every build, long ones to `make faults-long`."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Scale:
    """How often each fault must have struck, and how long a spell of trouble lasts."""

    name: str
    hits: int
    seconds: float


short_and_long = pytest.mark.parametrize(
    "scale",
    [
        pytest.param(Scale("short", hits=1, seconds=2), id="short"),
        pytest.param(Scale("long", hits=20, seconds=60), id="long", marks=pytest.mark.long),
    ],
)
