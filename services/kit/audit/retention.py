"""Retention: old rows go only below a cut that the chain itself tells of, sealed before they go.

`announce` records the cut as an audit row (kind "audit.retention", key = the partition) with the
export that holds what goes. When it is sealed, `remove` takes rows and seals below it; the tables'
triggers refuse anything above. The seal at the cut stays: what follows is bound to it.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta

from services.kit.audit.change import Change
from services.kit.audit.record import RESERVED, Waiting, service_of
from services.kit.audit.seal import Head
from services.kit.store import Work

KIND = f"{RESERVED}retention"
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Cut:
    """Up to this row, and the seals before this one, may be gone; 0 where nothing was cut.

    `export` is the file that ends there, and `sha256` what it must be.
    """

    last_seq: int = 0
    seal: int = 0
    export: str = ""
    sha256: str = ""


async def announce(work: Work, partition: int, cut: Cut, reason: str) -> bool:
    """Tell in the chain that what `cut` covers goes; False where that, or more, is told already."""
    known = await read_cut(work, partition)
    waiting = await work.sql(
        "SELECT 1 FROM audit_unsealed WHERE kind = %s AND partition = %s", (KIND, partition)
    )
    if waiting or cut.seal <= known.seal:
        return False
    rows = Waiting(work, service_of(work))
    rows.add(Change(KIND, str(partition), asdict(known), asdict(cut), reason), partition)
    return True


async def remove(work: Work, end: Head) -> bool:
    """Take some thousand rows up to `end`, then the seals before it; whether that was all."""
    rows = await work.sql(
        "DELETE FROM audit WHERE partition = %(partition)s AND seq <= %(last)s AND seq <"
        " %(many)s + (SELECT min(seq) FROM audit WHERE partition = %(partition)s) RETURNING 1",
        {"partition": end.partition, "last": end.last_seq, "many": _AT_ONCE},
    )
    if rows:
        return False
    await work.sql(
        "DELETE FROM audit_seal WHERE partition = %s AND no < %s", (end.partition, end.no)
    )
    return True


async def aged(work: Work, partition: int, kept: timedelta) -> int:
    """The last seal that is older than `kept`; 0 when none is."""
    [(last,)] = await work.sql(
        "SELECT coalesce(max(no), 0) FROM audit_seal"
        " WHERE partition = %s AND sealed_at < clock_timestamp() - %s",
        (partition, kept),
    )
    return int(last)


async def read_cut(work: Work, partition: int) -> Cut:
    """The last one sealed."""
    rows = await work.sql(
        "SELECT (new->>'last_seq')::bigint, (new->>'seal')::bigint, coalesce(new->>'export', ''),"
        " coalesce(new->>'sha256', '') FROM audit"
        " WHERE kind = %s AND key = %s AND partition = %s ORDER BY id DESC LIMIT 1",
        (KIND, str(partition), partition),
    )
    return Cut(*rows[0]) if rows else Cut()


async def tell_cuts(work: Work) -> list[str]:
    """For people: what may be gone in each chain, who said so and why."""
    rows = await work.sql(
        "SELECT DISTINCT ON (partition) partition, new->>'last_seq', who, at, reason,"
        " coalesce(new->>'export', '') FROM audit"
        " WHERE kind = %s AND key = partition::text ORDER BY partition, seq DESC",
        (KIND,),
    )
    return [
        f"chain {partition}: rows up to {last} are left to retention by {who}, {at:%Y-%m-%d}:"
        f" {reason}{export and f' ({export})'}"
        for partition, last, who, at, reason, export in rows
    ]
