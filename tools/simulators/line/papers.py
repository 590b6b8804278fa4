"""What the line is to make, and what its own file says."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import Struct

from tools.simulators.journal import lines

NOTHING = Decimal(0)


class State(IntEnum):
    """Source: OPC 30050 PackML, numbers of its nodeset."""

    STOPPED = 2
    STARTING = 3
    IDLE = 4
    EXECUTE = 6
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17


class Input(Struct, frozen=True):
    """What each piece is made of, and the lot it is taken from."""

    item: str
    lot: str
    per_piece: Decimal


class Job(Struct, frozen=True):
    """Pieces of one order for one lot; `last` ends the order.

    `deaf` = the terminal does not hear the answer to the order's end, and reports it again.
    """

    id: str
    order: str
    lot: str
    good: int
    scrap: int
    input: Input
    reason: str = ""
    last: bool = False
    deaf: bool = False


class Plan(Struct, frozen=True):
    """Jobs in the order of their making; the units are UN/ECE codes."""

    unit: str
    input_unit: str
    jobs: tuple[Job, ...]


class Shown(Struct, frozen=True, tag="shown", tag_field="paper"):
    """All that the line shows from `at` on. Its counts are of its whole life.

    `item` and `input_lot` name the material that goes in, `used` is how much of it did. Of the job
    it works on `job` is the id; order and lots are "" between jobs.
    """

    at: dt.datetime
    state: State = State.STOPPED
    job: str = ""
    order: str = ""
    lot: str = ""
    item: str = ""
    input_lot: str = ""
    good: int = 0
    scrap: int = 0
    reason: str = ""
    used: Decimal = NOTHING


class Told(Struct, frozen=True, tag="told", tag_field="paper"):
    """The platform took an order's end under `number`; `replayed` = it had it before."""

    order: str
    number: int
    replayed: bool


class Made(NamedTuple):
    """What was counted between two papers, and for what."""

    at: dt.datetime
    job: str
    order: str
    lot: str
    item: str
    input_lot: str
    reason: str
    good: int
    scrap: int
    used: Decimal


Paper = Shown | Told

_PLAN = msgspec.json.Decoder(Plan)
_READER = msgspec.json.Decoder(Paper)


def write_plan(path: Path, plan: Plan) -> None:
    """Leave the line its jobs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(plan)))


def read_plan(path: Path) -> Plan:
    """What write_plan left."""
    return _PLAN.decode(path.read_bytes())


def read_counts(path: Path) -> Iterator[Paper]:
    """The line's own file, oldest first."""
    return map(_READER.decode, lines(path))


def made(papers: Iterable[Paper]) -> Iterator[Made]:
    """What each paper counted, oldest first."""
    good, scrap, used = 0, 0, NOTHING
    for one in papers:
        if not isinstance(one, Shown):
            continue
        more = (one.good - good, one.scrap - scrap, one.used - used)
        good, scrap, used = one.good, one.scrap, one.used
        if any(more):
            about = (one.at, one.job, one.order, one.lot, one.item, one.input_lot, one.reason)
            yield Made(*about, *more)
