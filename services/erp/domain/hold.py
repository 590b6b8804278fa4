"""A quality hold on one lot: while one that blocks posting is active, nothing of it is posted."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.erp.domain.keys import LotKey


class Block(StrEnum):
    """What a hold stops. Source: domain-model 3.3 (Hold)."""

    POSTING = "posting"
    """The ERP is not posted to."""
    MOVE = "move"
    CONSUME = "consume"
    SHIP = "ship"


EVERYTHING = frozenset(Block)
_STOPS = Block.POSTING
"""What lanes obey; the others stop stock and the floor."""


@dataclass(frozen=True, slots=True)
class Hold:
    """As quality decided. A later version wins; a repeated or older one changes nothing."""

    hold_no: str
    lot: LotKey
    active: bool
    version: int
    blocks: frozenset[Block] = EVERYTHING

    def follows(self, known: "Hold | None", *, inherited: bool = False) -> bool:
        """Whether this is newer than what we know.

        What was `inherited` never replaces a version that quality gave for the lot itself.
        """
        if known is None or self.version != known.version:
            return known is None or self.version > known.version
        return self != known and not inherited

    @property
    def stops(self) -> bool:
        """Whether postings of its lot wait for its end."""
        return self.active and _STOPS in self.blocks


def held(holds: Iterable[Hold]) -> dict[LotKey, str]:
    """The lots whose postings wait, and for which holds, in words for people."""
    names: dict[LotKey, list[str]] = {}
    for hold in holds:
        if hold.stops:
            names.setdefault(hold.lot, []).append(hold.hold_no)
    return {lot: f"held by {', '.join(sorted(numbers))}" for lot, numbers in names.items()}
