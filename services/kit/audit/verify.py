"""Computes the chain again, from the database alone: some seals of one partition at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.kit.audit.chain import read_rows, read_seals
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.judge import gone, judge_place, judge_rows, judge_seal, of
from services.kit.audit.keys import Keyring
from services.kit.audit.retention import Cut, read_cut
from services.kit.audit.seal import Head, Seal
from services.kit.store import Work


@dataclass
class Part:
    """What one step looked at, where it ended and what it found; `ended` with the chain."""

    end: Head
    ended: bool
    seals: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Verifier:
    """Of one service's chains."""

    service: str
    keys: Keyring

    async def step(self, work: Work, partition: int, after: int, limit: int) -> Part:
        """The `limit` seals after seal number `after`; 0 is before the first."""
        cut = await read_cut(work, partition)
        seals = await read_seals(work, partition, after - 1, limit + 1)
        before = seals.pop(0) if seals and after and seals[0].no == after else None
        seals = [seal for seal in seals[:limit] if seal.no > after]
        rows = await read_rows(work, partition, seals)
        end = before.end if before else Head(partition, after)
        part = Part(end, len(seals) < limit, len(seals), len(rows))
        if before is None and after and seals:
            part.findings.append(gone(partition, after, after))
        for seal in seals:
            part.findings += self._judge(seal, part.end, cut)
            if seal.last_seq > cut.last_seq:
                part.findings += judge_rows(seal, rows, cut.last_seq)
            part.end = seal.end
        if part.ended:
            part.findings += await _beyond(work, part.end)
        return part

    async def newest(self, work: Work, partition: int, count: int) -> int:
        """The seal after which the chain's last `count` follow; 0 when it has no more."""
        [(last,)] = await work.sql(
            "SELECT coalesce(max(no), 0) FROM audit_seal WHERE partition = %s AND no <="
            " (SELECT max(no) FROM audit_seal WHERE partition = %s) - %s",
            (partition, partition, count),
        )
        return int(last)

    def _judge(self, seal: Seal, before: Head, cut: Cut) -> Iterator[Finding]:
        """The seal itself, and whether it goes on where the one before it ended."""
        yield from judge_seal(seal, self.service, self.keys)
        if before.no or seal.no == 1:
            yield from judge_place(seal, before)
        elif seal.no > cut.seal:
            words = f"begins at seal {seal.no}, row {seal.first_seq}; no sealed retention says so"
            yield of(seal, Flaw.BEGINNING_MISSING, words)


async def _beyond(work: Work, end: Head) -> list[Finding]:
    """After the last seal: no rows, and the head that the sealer keeps."""
    found = []
    for seq, kind, key, id in await work.sql(
        "SELECT seq, kind, key, id FROM audit WHERE partition = %s AND seq > %s ORDER BY seq"
        " LIMIT 100",
        (end.partition, end.last_seq),
    ):
        name = f"{kind} {key} (id {id})"
        words = f"row {seq}, {name}, is in the chain and no seal covers it"
        found.append(Finding(Flaw.ROW_ADDED, end.partition, words, end.no, seq, name))
    kept = await work.sql(
        "SELECT no, last_seq, head FROM audit_head WHERE partition = %s", (end.partition,)
    )
    head = Head(end.partition, *kept[0]) if kept else Head(end.partition)
    if head != end:
        words = (
            f"the chain ends at seal {end.no}, row {end.last_seq};"
            f" the head kept is seal {head.no}, row {head.last_seq}"
        )
        flaw = Flaw.CUT_OFF if head.no > end.no else Flaw.CHAIN_BROKEN
        found.append(Finding(flaw, end.partition, words, end.no))
    return found
