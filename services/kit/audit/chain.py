"""Reads sealed rows and their seals, in the order of the chain."""

from collections.abc import Sequence

from services.kit.audit.encoding import FIELDS
from services.kit.audit.seal import COLUMNS, Seal
from services.kit.store import Row, Work

_ROW = ", ".join(f"{name}::text" if name in ("old", "new") else name for name in FIELDS)


async def read_seals(work: Work, partition: int, after: int, limit: int) -> list[Seal]:
    """Those after seal number `after`."""
    rows = await work.sql(
        f"SELECT {COLUMNS} FROM audit_seal WHERE partition = %s AND no > %s ORDER BY no LIMIT %s",
        (partition, after, limit),
    )
    return [Seal.read(row) for row in rows]


async def read_rows(work: Work, partition: int, seals: Sequence[Seal]) -> dict[int, Row]:
    """Values of FIELDS by sequence, of what is there under these seals."""
    if not seals:
        return {}
    first, last = min(s.first_seq for s in seals), max(s.last_seq for s in seals)
    rows = await work.sql(
        f"SELECT seq, {_ROW} FROM audit WHERE partition = %s AND seq BETWEEN %s AND %s",
        (partition, first, last),
    )
    return {row[0]: row[1:] for row in rows}
