"""What a verification found wrong: what it is, and where."""

from dataclasses import dataclass
from enum import StrEnum


class Flaw(StrEnum):
    """What was done to the audit."""

    ROW_EDITED = "row_edited"
    ROW_MISSING = "row_missing"
    ROW_MOVED = "row_moved"
    ROW_ADDED = "row_added"
    SEAL_EDITED = "seal_edited"
    SEAL_MISSING = "seal_missing"
    SEAL_FOREIGN = "seal_foreign"
    """Another service's, or signed with a key that is not of the keyring."""
    CHAIN_BROKEN = "chain_broken"
    BEGINNING_MISSING = "beginning_missing"
    CUT_OFF = "cut_off"
    FORKED = "forked"
    """The database's seal is another one than the anchor was told of."""
    ANCHOR_BEHIND = "anchor_behind"
    """It was replaced by an older one, or could not be told."""
    ANCHOR_AWAY = "anchor_away"
    EXPORT_MISSING = "export_missing"
    """What retention took out of the database is not in the archive."""
    EXPORT_EDITED = "export_edited"


@dataclass(frozen=True, slots=True)
class Finding:
    """`seal` and `seq` are 0, and `row` is "", where none is meant; `words` are for people."""

    flaw: Flaw
    partition: int
    words: str
    seal: int = 0
    seq: int = 0
    row: str = ""
