"""Judges exports by files alone: no service, no database, no private key.

With public keys an export proves who sealed it, and that nothing between its first seal and its
last was edited, taken out, moved or added. With the file of an anchor it proves the same without a
key, up to the last seal that the anchor was told of. With neither it proves only that it agrees
with itself: whoever edits a file can compute all its digests anew. In no case does it say whether
newer exports exist, or what came before the first one, unless that begins at seal 1.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import msgspec

from services.kit.audit.archive import read_name
from services.kit.audit.export import Proof, begin_of, prove
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.keys import Keyring, Unjudged
from services.kit.audit.seal import Head
from services.kit.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Judged:
    """An export of a chain of a service; `signed` = its signatures were judged."""

    service: str
    partition: int
    signed: bool
    proof: Proof


def check_exports(
    paths: Sequence[Path], keys: Keyring | None, told: Sequence[Head]
) -> list[Judged]:
    """Each by itself, then whether each goes on where the one before it ended; by chain and seal.

    `told` are an anchor's heads, of one service. Raises InvalidError naming `anchor` when the
    exports are of several.
    """
    judged = [_judge(path, keys, told) for path in paths]
    judged.sort(key=lambda one: (one.service, one.partition, one.proof.after.no))
    if told and len({one.service for one in judged}) > 1:
        raise InvalidError(
            "an anchor is of one service, the exports are of several",
            code="mixed_services",
            field="anchor",
            hint="check the exports of each service with its own anchor",
        )
    for before, one in pairwise(judged):
        if (before.service, before.partition) == (one.service, one.partition):
            one.proof.findings += _joint(before.proof, one.proof)
    return judged


def _judge(path: Path, keys: Keyring | None, told: Sequence[Head]) -> Judged:
    service, partition = _whose(path)
    heads = {head.no: head for head in told if head.partition == partition}
    proof = prove(path, service, keys or Unjudged(), partition, heads)
    if not proof.findings:
        proof.findings += _named(path, proof)
    return Judged(service, partition, keys is not None, proof)


def _whose(path: Path) -> tuple[str, int]:
    """By its first line, else by its name: what cannot be read is judged by `prove`."""
    try:
        begin = begin_of(path)
    except (OSError, EOFError, zlib.error, msgspec.DecodeError):
        name = read_name(path)
        return name[:2] if name else ("", 0)
    return begin.service, begin.after.partition


def _named(path: Path, proof: Proof) -> Iterator[Finding]:
    """A shorter file that was written anew has another end than its name."""
    name = read_name(path)
    if name is None:
        words = "has no export's name, which says where it ends"
    elif (name[2].first, name[2].last) != (proof.after.no + 1, proof.end.no):
        words = f"is named for seals {name[2].first} to {name[2].last}, and ends at {proof.end.no}"
    else:
        return
    place = proof.end
    yield Finding(Flaw.EXPORT_EDITED, place.partition, f"the export {path.name} {words}", place.no)


def _joint(before: Proof, one: Proof) -> Iterator[Finding]:
    if one.after == before.end:
        return
    between = one.after.no - before.end.no
    if between > 0:
        words = f"exports of the seals {before.end.no + 1} to {one.after.no} are not here"
        yield Finding(Flaw.EXPORT_MISSING, one.after.partition, words, before.end.no + 1)
    else:
        words = f"the export {one.name} does not go on from {before.name}"
        yield Finding(Flaw.CHAIN_BROKEN, one.after.partition, words, one.after.no)
