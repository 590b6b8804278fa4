"""Quality's holds on lots, and what each of them stops."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.wms.domain.keys import LotKey


class Block(StrEnum):
    """What a hold stops. Source: domain-model 3.3 (Hold)."""

    POSTING = "posting"
    """Stock is not made ready for use."""
    MOVE = "move"
    """It stays where it is, and what it is called."""
    CONSUME = "consume"
    """Nothing is made of it."""
    SHIP = "ship"
    """It does not leave the plant."""


EVERYTHING = frozenset(Block)


@dataclass(frozen=True, slots=True)
class Hold:
    """Quality's order about one lot; of one hold the highest version counts."""

    hold_no: str
    lot: LotKey
    active: bool
    version: int
    blocks: frozenset[Block] = EVERYTHING


class Restraint(NamedTuple):
    """A hold in force on a lot, its own or of a lot that it comes from."""

    hold_no: str
    blocks: frozenset[Block] = EVERYTHING
