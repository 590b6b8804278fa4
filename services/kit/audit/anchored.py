"""Compares the chains with what the anchors were told: a tail that was cut off shows here only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.kit.audit.anchor import Anchor, latest
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.record import PARTITIONS
from services.kit.audit.seal import COLUMNS, Head, Seal
from services.kit.errors import UnavailableError
from services.kit.store import Store, Work

GRACE = timedelta(seconds=10)
"""How long a seal may be untold: a sealer tells within a second, unless it died between."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one anchor was told, read before the database; None when it is away, and why."""

    name: str
    heads: Sequence[Head] | None
    trouble: str = ""


async def read_anchors(anchors: Sequence[Anchor]) -> list[Told]:
    """What each of them knows."""
    found = []
    for anchor in anchors:
        try:
            found.append(Told(anchor.name, await anchor.recent()))
        except UnavailableError as error:
            found.append(Told(anchor.name, None, str(error)))
    return found


async def compare_anchors(store: Store, anchors: Sequence[Anchor]) -> list[Finding]:
    """Everything in which they and the database differ."""
    told = await read_anchors(anchors)
    async with store.work() as work:
        heads = [(h.partition, h.no) for one in told for h in one.heads or ()]
        seals = await _told_seals(work, heads)
        ends = await _ends(work)
        untold = {
            (one.name, partition): await _is_late(work, partition, head.no)
            for one in told
            for partition, head in _furthest(one).items()
        }
    findings: list[Finding] = []
    for one in told:
        if one.heads is None:
            findings.append(Finding(Flaw.ANCHOR_AWAY, -1, one.trouble))
            continue
        for partition, head in _furthest(one).items():
            findings += _cut_off(one.name, head, ends.get(partition, Head(partition)))
            if untold[one.name, partition]:
                findings.append(_behind(one.name, head, ends.get(partition, Head(partition))))
        findings += _forked(one, seals)
    return findings


def _furthest(told: Told) -> Mapping[int, Head]:
    """Of every partition, also of those it was never told of."""
    known = latest(told.heads or ())
    return {p: known.get(p, Head(p)) for p in sorted({*range(PARTITIONS), *known})}


def _cut_off(name: str, head: Head, end: Head) -> Iterator[Finding]:
    if head.no > end.no:
        words = (
            f"rows {end.last_seq + 1} to {head.last_seq} are cut off: {name} was told of seal"
            f" {head.no}, the database ends at seal {end.no}"
        )
        yield Finding(Flaw.CUT_OFF, head.partition, words, end.no + 1, end.last_seq + 1)


def _behind(name: str, head: Head, end: Head) -> Finding:
    words = (
        f"{name} was last told of seal {head.no}, the database ends at seal {end.no}: it was"
        " replaced by an older one, or the sealer cannot reach it"
    )
    return Finding(Flaw.ANCHOR_BEHIND, head.partition, words, head.no)


def _forked(told: Told, seals: Mapping[tuple[int, int], Head]) -> Iterator[Finding]:
    for head in told.heads or ():
        here = seals.get((head.partition, head.no))
        if here is not None and here != head:
            words = (
                f"seal {head.no} (to row {head.last_seq}) is not the one that {told.name} was told"
                " of: the chain was written anew from there or before"
            )
            yield Finding(Flaw.FORKED, head.partition, words, head.no)
            return


async def _told_seals(work: Work, told: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Head]:
    wanted = sorted(set(told))
    rows = await work.sql(
        f"SELECT {COLUMNS} FROM audit_seal JOIN unnest(%s::int[], %s::bigint[])"
        " AS t(partition, no) USING (partition, no)",
        ([partition for partition, _ in wanted], [no for _, no in wanted]),
    )
    seals = (Seal.read(row) for row in rows)
    return {(s.partition, s.no): Head(s.partition, s.no, s.last_seq, s.head) for s in seals}


async def _ends(work: Work) -> dict[int, Head]:
    rows = await work.sql("SELECT partition, max(no), max(last_seq) FROM audit_seal GROUP BY 1")
    return {row[0]: Head(*row) for row in rows}


async def _is_late(work: Work, partition: int, after: int) -> bool:
    """Whether a seal that the anchor does not know is older than GRACE."""
    rows = await work.sql(
        "SELECT 1 FROM audit_seal WHERE partition = %s AND no > %s"
        " AND sealed_at < clock_timestamp() - %s ORDER BY no LIMIT 1",
        (partition, after, GRACE),
    )
    return bool(rows)
