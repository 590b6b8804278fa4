"""What the line is to make, and what its own file says. Quantities are decimals."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct

from tools.simulators.journal import lines


class Input(Struct, frozen=True):
    """What goes in, from a lot; `unit` is a UN/ECE code here and below."""

    item: str
    lot: str
    quantity: Decimal
    unit: str


class Job(Struct, frozen=True):
    """Output that is reported at once, under an `id` of its own; `last` ends the order.

    `deaf` = the terminal does not hear the first answer, and repeats the report.
    """

    id: str
    order: str
    lot: str
    good: Decimal
    scrap: Decimal
    unit: str
    reason: str = ""
    inputs: tuple[Input, ...] = ()
    last: bool = False
    deaf: bool = False


class Made(Struct, frozen=True, tag="made", tag_field="paper"):
    """A job was done; `at` is aware."""

    job: Job
    at: dt.datetime


class Told(Struct, frozen=True, tag="told", tag_field="paper"):
    """The platform took the report under `number`; `replayed` = it had it before."""

    id: str
    number: int
    replayed: bool


_PLAN = msgspec.json.Decoder(tuple[Job, ...])
_READER = msgspec.json.Decoder(Made | Told)


def write_plan(path: Path, jobs: tuple[Job, ...]) -> None:
    """Leave the line its jobs, in the order of their making."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(jobs)))


def read_plan(path: Path) -> tuple[Job, ...]:
    """What write_plan left."""
    return _PLAN.decode(path.read_bytes())


def read_counts(path: Path) -> Iterator[Made | Told]:
    """The line's own file, oldest first."""
    return map(_READER.decode, lines(path))
