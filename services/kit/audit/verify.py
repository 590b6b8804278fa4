"""Computes the chain again, from the database alone: some seals of one partition at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.kit.audit.encoding import FIELDS, row_digest
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.keys import Keyring
from services.kit.audit.retention import Cut, read_cut
from services.kit.audit.seal import COLUMNS, Head, Seal
from services.kit.store import Row, Work

_ROW = ", ".join(f"{name}::text" if name in ("old", "new") else name for name in FIELDS)
_KIND, _KEY, _ID = (FIELDS.index(name) for name in ("kind", "key", "id"))


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
        seals = await _seals(work, partition, after - 1, limit + 1)
        before = seals.pop(0) if seals and after and seals[0].no == after else None
        seals = [seal for seal in seals[:limit] if seal.no > after]
        rows = await _rows(work, partition, seals)
        end = _head(before) if before else Head(partition, after)
        part = Part(end, len(seals) < limit, len(seals), len(rows))
        if before is None and after and seals:
            part.findings.append(_gone(partition, after, after))
        for seal in seals:
            part.findings += self._judge(seal, part.end, cut)
            if seal.last_seq > cut.last_seq:
                part.findings += _compare(seal, rows, cut)
            part.end = _head(seal)
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
        if seal.service != self.service:
            yield _of(seal, Flaw.SEAL_FOREIGN, f"is of service {seal.service}")
        if not self.keys.knows(seal.key_id):
            yield _of(seal, Flaw.SEAL_FOREIGN, f"is signed with the unknown key {seal.key_id}")
        elif not (seal.counts and self.keys.judges(seal.key_id, seal.content, seal.signature)):
            yield _of(seal, Flaw.SEAL_EDITED, "does not bear out its signature")
        if before.no == 0 and seal.no == cut.seal:
            return
        if before.no == 0 and seal.no > 1:
            words = f"begins at seal {seal.no}, row {seal.first_seq}; no sealed retention says so"
            yield _of(seal, Flaw.BEGINNING_MISSING, words)
        elif seal.no != before.no + 1:
            yield _gone(seal.partition, before.no + 1, seal.no - 1)
        elif (seal.previous, seal.first_seq) != (before.head, before.last_seq + 1):
            yield _of(seal, Flaw.CHAIN_BROKEN, f"does not go on from seal {before.no}")


def _compare(seal: Seal, rows: Mapping[int, Row], cut: Cut) -> Iterator[Finding]:
    """The rows that are there with the digests that were sealed."""
    places = {seal.digest(seq): seq for seq in range(seal.first_seq, seal.last_seq + 1)}
    for seq in range(max(seal.first_seq, cut.last_seq + 1), seal.last_seq + 1):
        row = rows.get(seq)
        if row is None:
            yield _of(seal, Flaw.ROW_MISSING, f"row {seq} is gone", seq)
            continue
        digest = row_digest(row)
        if digest == seal.digest(seq) or not seal.counts:
            continue
        name = f"{row[_KIND]} {row[_KEY]} (id {row[_ID]})"
        if digest in places:
            words = f"row {seq}, {name}, was sealed as row {places[digest]}"
            yield _of(seal, Flaw.ROW_MOVED, words, seq, name)
        else:
            words = f"row {seq}, {name}, is not what was sealed"
            yield _of(seal, Flaw.ROW_EDITED, words, seq, name)


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


async def _seals(work: Work, partition: int, after: int, limit: int) -> list[Seal]:
    rows = await work.sql(
        f"SELECT {COLUMNS} FROM audit_seal WHERE partition = %s AND no > %s ORDER BY no LIMIT %s",
        (partition, after, limit),
    )
    return [Seal.read(row) for row in rows]


async def _rows(work: Work, partition: int, seals: Sequence[Seal]) -> dict[int, Row]:
    if not seals:
        return {}
    first, last = min(s.first_seq for s in seals), max(s.last_seq for s in seals)
    rows = await work.sql(
        f"SELECT seq, {_ROW} FROM audit WHERE partition = %s AND seq BETWEEN %s AND %s",
        (partition, first, last),
    )
    return {row[0]: row[1:] for row in rows}


def _head(seal: Seal) -> Head:
    return Head(seal.partition, seal.no, seal.last_seq, seal.head)


def _of(seal: Seal, flaw: Flaw, words: str, seq: int = 0, row: str = "") -> Finding:
    said = words if seq else f"seal {seal.no} (rows {seal.first_seq} to {seal.last_seq}) {words}"
    return Finding(flaw, seal.partition, said, seal.no, seq, row)


def _gone(partition: int, first: int, last: int) -> Finding:
    which = f"seal {first} is" if first == last else f"seals {first} to {last} are"
    return Finding(Flaw.SEAL_MISSING, partition, f"{which} gone", first)
