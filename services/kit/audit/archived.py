"""Proves exports one after the other, from the last one backwards, each bound to the next."""

import asyncio
from typing import NamedTuple

import msgspec

from services.kit.audit.archive import Piece
from services.kit.audit.archivist import Archivist
from services.kit.audit.chain import read_seals
from services.kit.audit.export import Proof, begins_after, prove
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.retention import read_cut
from services.kit.audit.seal import Head


class Checked(NamedTuple):
    """A file, and the name of the one before it; "" at the chain's beginning."""

    proof: Proof
    before: str


async def last_export(archivist: Archivist, partition: int) -> str:
    """The file that the last cut names; "" where nothing was cut."""
    async with archivist.store.work() as work:
        return (await read_cut(work, partition)).export


async def check_export(archivist: Archivist, partition: int, name: str) -> Checked:
    """What the file holds, and whether the chain goes on from it as it says."""
    archive = archivist.archive
    piece = next((one for one in archive.pieces(partition) if one.path.name == name), None)
    if piece is None:
        proof = Proof(name, Head(partition), Head(partition))
        words = f"the export {name} is not in the archive"
        proof.findings.append(Finding(Flaw.EXPORT_MISSING, partition, words))
        return Checked(proof, "")
    proof = await asyncio.to_thread(prove, piece.path, archive.service, archivist.keys, partition)
    expected, digest = await _expected(archivist, partition, piece)
    if proof.end != expected or digest not in ("", proof.digest):
        words = f"the export {name} is not the one that the chain goes on from"
        proof.findings.append(Finding(Flaw.EXPORT_EDITED, partition, words, piece.last))
    before = archive.ending(partition, piece.first - 1)
    if before is None and piece.first > 1:
        words = f"the export of the seals up to {piece.first - 1} is not in the archive"
        proof.findings.append(Finding(Flaw.EXPORT_MISSING, partition, words, piece.first - 1))
    return Checked(proof, before.path.name if before else "")


async def _expected(archivist: Archivist, partition: int, piece: Piece) -> tuple[Head, str]:
    """The head that follows from the database or the next file; the digest that was announced."""
    async with archivist.store.work() as work:
        cut = await read_cut(work, partition)
        seals = await read_seals(work, partition, piece.last - 1, 1)
    digest = cut.sha256 if piece.last == cut.seal else ""
    if seals and seals[0].no == piece.last:
        return seals[0].end, digest
    following = archivist.archive.following(partition, piece.last)
    try:
        return await asyncio.to_thread(begins_after, following[0].path), digest
    except (IndexError, OSError, EOFError, msgspec.DecodeError):
        return Head(partition), digest
