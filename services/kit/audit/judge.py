"""What a seal must bear out: its signature, its place in the chain, and each of its rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.kit.audit.encoding import FIELDS, row_digest
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.keys import Keyring
from services.kit.audit.seal import Head, Seal

Values = Sequence[Any]
"""Of a row, in the order of FIELDS."""
_KIND, _KEY, _ID = (FIELDS.index(name) for name in ("kind", "key", "id"))


def judge_seal(seal: Seal, service: str, keys: Keyring) -> Iterator[Finding]:
    """By itself: whose it is, and who signed it."""
    if seal.service != service:
        yield of(seal, Flaw.SEAL_FOREIGN, f"is of service {seal.service}")
    if not keys.knows(seal.key_id):
        yield of(seal, Flaw.SEAL_FOREIGN, f"is signed with the unknown key {seal.key_id}")
    elif not (seal.counts and keys.judges(seal.key_id, seal.content, seal.signature)):
        yield of(seal, Flaw.SEAL_EDITED, "does not bear out its signature")


def judge_place(seal: Seal, before: Head) -> Iterator[Finding]:
    """Whether it goes on where the one before it ended."""
    if seal.no != before.no + 1:
        yield gone(seal.partition, before.no + 1, seal.no - 1)
    elif (seal.previous, seal.first_seq) != (before.head, before.last_seq + 1):
        yield of(seal, Flaw.CHAIN_BROKEN, f"does not go on from seal {before.no}")


def judge_rows(seal: Seal, rows: Mapping[int, Values], cut: int = 0) -> Iterator[Finding]:
    """The rows that are there, by their sequence, with the digests that were sealed.

    Up to the sequence `cut` they may be gone.
    """
    places = {seal.digest(seq): seq for seq in range(seal.first_seq, seal.last_seq + 1)}
    for seq in range(max(seal.first_seq, cut + 1), seal.last_seq + 1):
        row = rows.get(seq)
        if row is None:
            yield of(seal, Flaw.ROW_MISSING, f"row {seq} is gone", seq)
            continue
        digest = row_digest(row)
        if digest == seal.digest(seq) or not seal.counts:
            continue
        name = f"{row[_KIND]} {row[_KEY]} (id {row[_ID]})"
        if digest in places:
            words = f"row {seq}, {name}, was sealed as row {places[digest]}"
            yield of(seal, Flaw.ROW_MOVED, words, seq, name)
        else:
            words = f"row {seq}, {name}, is not what was sealed"
            yield of(seal, Flaw.ROW_EDITED, words, seq, name)


def of(seal: Seal, flaw: Flaw, words: str, seq: int = 0, row: str = "") -> Finding:
    """About this seal, or about the row `seq` under it."""
    said = words if seq else f"seal {seal.no} (rows {seal.first_seq} to {seal.last_seq}) {words}"
    return Finding(flaw, seal.partition, said, seal.no, seq, row)


def gone(partition: int, first: int, last: int) -> Finding:
    """Seals that are not there."""
    which = f"seal {first} is" if first == last else f"seals {first} to {last} are"
    return Finding(Flaw.SEAL_MISSING, partition, f"{which} gone", first)
