"""Quality's holds on lots, and what each of them stops."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.mes.domain.keys import LotKey


class Block(StrEnum):
    """What a hold stops. Source: domain-model 3.3 (Hold)."""

    POSTING = "posting"
    """The ERP is not posted to; nothing on the floor."""
    MOVE = "move"
    """It stays what it is called."""
    CONSUME = "consume"
    """Nothing is made of it."""
    SHIP = "ship"
    """It does not leave the plant."""


EVERYTHING = frozenset(Block)


@dataclass(frozen=True, slots=True)
class Hold:
    """Quality's order about one lot; of one hold the highest version counts.

    `source` is the lot it was inherited from.
    """

    hold_no: str
    lot: LotKey
    active: bool
    version: int
    source: LotKey | None = None
    blocks: frozenset[Block] = EVERYTHING


class Restraint(NamedTuple):
    """A hold in force on a lot, its own or inherited, in the version known here."""

    version: int
    blocks: frozenset[Block] = EVERYTHING
