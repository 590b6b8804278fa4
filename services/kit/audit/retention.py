"""Retention: old rows go only below a cut that the chain itself tells of, sealed before they go.

`announce` records the cut as an audit row (kind "audit.retention", key = the partition). When it is
sealed, `prune` removes rows and seals below it; the tables' triggers refuse anything above. The
seal at the cut stays: what follows is bound to it.
"""

from dataclasses import dataclass
from datetime import timedelta

from services.kit.audit.change import Change
from services.kit.audit.record import RESERVED, Waiting, service_of
from services.kit.store import Work

KIND = f"{RESERVED}retention"


@dataclass(frozen=True, slots=True)
class Cut:
    """Up to this row, and the seals before this one, may be gone; 0 where nothing was cut."""

    last_seq: int = 0
    seal: int = 0


async def announce(work: Work, kept: timedelta, reason: str) -> list[Cut]:
    """Tell in each chain that what was sealed more than `kept` ago goes; where something does."""
    rows = await work.sql(
        "SELECT DISTINCT ON (partition) partition, last_seq, no FROM audit_seal"
        " WHERE sealed_at < clock_timestamp() - %s ORDER BY partition, no DESC",
        (kept,),
    )
    waiting = Waiting(work, service_of(work))
    cuts = []
    for partition, last_seq, seal in rows:
        known = await read_cut(work, partition)
        if seal > known.seal:
            new = {"last_seq": last_seq, "seal": seal}
            old = {"last_seq": known.last_seq, "seal": known.seal}
            waiting.add(Change(KIND, str(partition), old, new, reason), partition)
            cuts.append(Cut(last_seq, seal))
    return cuts


async def prune(work: Work) -> int:
    """Remove what is below the sealed cuts; how many rows went."""
    gone = 0
    for (partition,) in await work.sql("SELECT partition FROM audit_head ORDER BY 1"):
        cut = await read_cut(work, partition)
        rows = await work.sql(
            "WITH gone AS (DELETE FROM audit WHERE partition = %s AND seq <= %s RETURNING 1)"
            " SELECT count(*) FROM gone",
            (partition, cut.last_seq),
        )
        gone += rows[0][0]
        await work.sql(
            "DELETE FROM audit_seal WHERE partition = %s AND no < %s", (partition, cut.seal)
        )
    return gone


async def read_cut(work: Work, partition: int) -> Cut:
    """The last one sealed."""
    rows = await work.sql(
        "SELECT (new->>'last_seq')::bigint, (new->>'seal')::bigint FROM audit"
        " WHERE kind = %s AND key = %s AND partition = %s ORDER BY seq DESC LIMIT 1",
        (KIND, str(partition), partition),
    )
    return Cut(*rows[0]) if rows else Cut()


async def tell_cuts(work: Work) -> list[str]:
    """For people: what may be gone in each chain, who said so and why."""
    rows = await work.sql(
        "SELECT DISTINCT ON (partition) partition, new->>'last_seq', who, at, reason FROM audit"
        " WHERE kind = %s AND key = partition::text ORDER BY partition, seq DESC",
        (KIND,),
    )
    return [
        f"chain {partition}: rows up to {last} are left to retention by {who}, {at:%Y-%m-%d}:"
        f" {reason}"
        for partition, last, who, at, reason in rows
    ]
