"""Retention at work: what is old enough is exported, proved, told in the chain, and only then goes.

    export    seals that every anchor knows, to a file; it gets its name once it is proved
    announce  the cut, with the file and its digest, as a row of the chain itself
    prune     when that row is sealed, and the files up to the cut prove themselves again

Every step begins with what is there, so that a death between any two loses nothing.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.kit.audit.anchor import Anchor, latest
from services.kit.audit.anchored import compare_anchors
from services.kit.audit.archive import Archive, Piece
from services.kit.audit.chain import read_rows, read_seals
from services.kit.audit.encoding import FIELDS
from services.kit.audit.export import Begin, Draft, End, Kept, Line, Proof, Sealed, prove
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.judge import gone
from services.kit.audit.keys import Keyring
from services.kit.audit.record import PARTITIONS
from services.kit.audit.retention import Cut, aged, announce, read_cut, remove
from services.kit.audit.seal import Head, Seal
from services.kit.checkpoint import reach
from services.kit.errors import ConflictError, UnavailableError
from services.kit.store import Row, Store, Work, current_work

ROWS, SEALS = 50_000, 10_000
"""A file ends with one of them: some seconds' work, and some ten megabytes."""
_AT_ONCE = 20
"""Seals in memory: some ten thousand rows when every one of them is full."""


@dataclass(frozen=True)
class Archivist:
    """Of one service's chains."""

    store: Store
    keys: Keyring
    anchors: Sequence[Anchor]
    archive: Archive

    async def export(self, kept: timedelta, *, most: int = sys.maxsize) -> list[Proof]:
        """Write down what is older than `kept` and in no file yet; the files, as proved.

        Raises ConflictError where the chain, or an anchor, does not bear out what would be written,
        and UnavailableError where the archive, an anchor or the database is away.
        """
        told, written = await self._told(), list[Proof]()
        for partition in range(PARTITIONS):
            async with self.store.work() as work:
                cut = await read_cut(work, partition)
                last = min(await aged(work, partition, kept), told[partition])
                done = self.archive.following(partition, cut.seal)
                start = await _head(work, partition, done[-1].last if done else cut.seal)
            while start.no < last and len(written) < most:
                written.append(await self._write(start, last))
                start = written[-1].end
        return written

    async def is_due(self, kept: timedelta) -> bool:
        """Whether something is older than `kept` that no cut covers."""
        async with self.store.work() as work:
            for partition in range(PARTITIONS):
                cut = await read_cut(work, partition)
                if await aged(work, partition, kept) > cut.seal:
                    return True
        return False

    async def cuts(self, kept: timedelta) -> dict[int, Cut]:
        """Where each chain can begin: behind what is older than `kept`, exported and proved."""
        found = {}
        for partition in range(PARTITIONS):
            if piece := await self._last_aged(partition, kept):
                proof = await self._proved(piece, partition)
                end = proof.end
                found[partition] = Cut(end.last_seq, end.no, proof.name, proof.digest)
        return found

    async def announce(self, cuts: Mapping[int, Cut], reason: str) -> list[str]:
        """Tell in the chains, with the ambient unit of work, that this goes; the files' names."""
        work = current_work()
        return [
            cut.export
            for partition, cut in cuts.items()
            if await announce(work, partition, cut, reason)
        ]

    async def prune(self) -> int:
        """Remove what is below the sealed cuts, file by file; how many files' rows went.

        Raises ConflictError where a file is missing or does not prove itself: nothing of it goes.
        """
        return sum([await self._prune_chain(partition) for partition in range(PARTITIONS)])

    async def _write(self, start: Head, last: int) -> Proof:
        archive, partition = self.archive, start.partition
        try:
            draft = await asyncio.to_thread(Draft, archive.draft(partition))
            try:
                await self._fill(draft, start, last)
            finally:
                await asyncio.to_thread(draft.close)
            reach("audit.drafted")
            proof = await asyncio.to_thread(
                prove, draft.path, archive.service, self.keys, partition
            )
            _require(proof.findings)
            path = archive.path(partition, start.no + 1, proof.end.no)
            await asyncio.to_thread(draft.keep, path)
        except OSError as error:
            raise UnavailableError(f"the archive cannot be written: {error.strerror}") from error
        reach("audit.exported")
        proof.name = path.name
        return proof

    async def _fill(self, draft: Draft, start: Head, last: int) -> None:
        """From `start` to the seal `last`, or until it is large enough."""
        end, count = start, 0
        await asyncio.to_thread(draft.write, [Begin(self.archive.service, start)])
        while end.no < min(last, start.no + SEALS) and count < ROWS:
            async with self.store.work() as work:
                limit = min(_AT_ONCE, last - end.no)
                seals = await read_seals(work, start.partition, end.no, limit)
                rows = await read_rows(work, start.partition, seals)
            if not seals:
                _require([gone(start.partition, end.no + 1, last)])
            lines: list[Line] = []
            for seal in seals:
                lines += [Sealed(seal), *_kept(seal, rows)]
            await asyncio.to_thread(draft.write, lines)
            end, count = seals[-1].end, count + len(rows)
        known = [(one.name, latest(await one.recent())) for one in self.anchors]
        nothing = Head(start.partition)
        anchored = {name: heads.get(start.partition, nothing) for name, heads in known}
        await asyncio.to_thread(draft.write, [End(end, count, anchored)])

    async def _prune_chain(self, partition: int) -> int:
        async with self.store.work() as work:
            cut = await read_cut(work, partition)
            first, held = await _first(work, partition)
        if not cut.export or (first >= cut.seal and held > cut.seal):
            return 0
        held = min(held, cut.seal)
        pieces = self.archive.covering(partition, held, cut.seal)
        if not pieces:
            words = f"the exports of seals {held} to {cut.seal} are not all in the archive"
            _require([Finding(Flaw.EXPORT_MISSING, partition, words, held)])
        for piece in pieces:
            proof = await self._proved(piece, partition)
            if piece.last == cut.seal and proof.digest != cut.sha256:
                words = f"the export {proof.name} is not the one that was announced"
                _require([Finding(Flaw.EXPORT_EDITED, partition, words, cut.seal)])
            reach("audit.before_prune")
            while not await self._remove(proof.end):
                reach("audit.pruned_some")
        return len(pieces)

    async def _remove(self, end: Head) -> bool:
        async with self.store.work() as work:
            return await remove(work, end)

    async def _last_aged(self, partition: int, kept: timedelta) -> Piece | None:
        async with self.store.work() as work:
            cut = await read_cut(work, partition)
            last = await aged(work, partition, kept)
        old = [one for one in self.archive.following(partition, cut.seal) if one.last <= last]
        return old[-1] if old else None

    async def _proved(self, piece: Piece, partition: int) -> Proof:
        """By itself, and as the end of the chain that the database has of it."""
        proof = await asyncio.to_thread(
            prove, piece.path, self.archive.service, self.keys, partition
        )
        _require(proof.findings)
        async with self.store.work() as work:
            known = await _head(work, partition, piece.last)
        if known != proof.end:
            words = f"the export {proof.name} ends otherwise than the database's seal {piece.last}"
            _require([Finding(Flaw.FORKED, partition, words, piece.last)])
        return proof

    async def _told(self) -> dict[int, int]:
        """The last seal of each chain that every anchor knows, which agree with the database."""
        findings = await compare_anchors(self.store, self.anchors)
        _require([one for one in findings if one.flaw is not Flaw.ANCHOR_BEHIND])
        known = [latest(await anchor.recent()) for anchor in self.anchors]
        return {
            partition: min((heads.get(partition, Head(partition)).no for heads in known), default=0)
            for partition in range(PARTITIONS)
        }


def _kept(seal: Seal, rows: Mapping[int, Row]) -> list[Kept]:
    """Those that are there; a proof names the others."""
    found = range(seal.first_seq, seal.last_seq + 1)
    return [
        Kept(seq=seq, **dict(zip(FIELDS, rows[seq], strict=True))) for seq in found if seq in rows
    ]


def _require(findings: Sequence[Finding]) -> None:
    if findings:
        raise ConflictError(
            "; ".join(one.words for one in findings[:3]),
            code=findings[0].flaw.value,
            field="audit",
            hint="nothing is removed; plantctl audit verify --all",
        )


async def _head(work: Work, partition: int, seal: int) -> Head:
    seals = await read_seals(work, partition, seal - 1, 1) if seal else []
    return seals[0].end if seals else Head(partition)


async def _first(work: Work, partition: int) -> tuple[int, int]:
    """The first seal that is there, and the first whose rows are."""
    [found] = await work.sql(
        "SELECT coalesce(min(no), 0), coalesce(min(no) FILTER (WHERE last_seq >="
        " (SELECT min(seq) FROM audit WHERE partition = %(partition)s)), max(no) + 1, 0)"
        " FROM audit_seal WHERE partition = %(partition)s",
        {"partition": partition},
    )
    return int(found[0]), int(found[1])
