"""Takes committed rows out of the queue into the chain: one transaction, one seal a partition.

A row joins when it is visible, whatever its id: a transaction that commits late is sealed late and
skipped never. The head is compared and set, so a second sealer cannot fork a chain.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.audit.encoding import FIELDS, row_digest
from services.kit.audit.keys import SigningKey
from services.kit.audit.seal import COLUMNS, Head, Seal
from services.kit.checkpoint import reach
from services.kit.elector import superseded
from services.kit.store import Row, Store, Work

BATCH = 1000
_PLACE = FIELDS.index("id")
_AT = FIELDS.index("at")
_READ = ", ".join(f"{name}::text" if name in ("old", "new") else name for name in FIELDS)
_MOVED = ", ".join(FIELDS)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one turn did: rows, the age of the oldest in seconds, and where chains end now."""

    rows: int
    oldest: float
    heads: Sequence[Head]


class Sealer:
    """Seals for one service; `batch` is how many rows a transaction takes."""

    def __init__(self, store: Store, service: str, key: SigningKey, *, batch: int = BATCH) -> None:
        self._store = store
        self._service = service
        self._key = key
        self._batch = batch

    async def seal(self) -> Sealed:
        """The oldest rows that wait; raises ConflictError when another sealer was quicker."""
        async with self._store.work() as work:
            heads, now = await self._heads(work)
            rows = await work.sql(
                f"SELECT {_READ} FROM audit_unsealed ORDER BY id LIMIT %s FOR UPDATE",
                (self._batch,),
            )
            if not rows:
                return Sealed(0, 0.0, list(heads.values()))
            chained = _by_partition(rows)
            seals = [
                self._sign(heads.get(partition, Head(partition)), each, now)
                for partition, each in chained.items()
            ]
            await _advance(work, heads, seals)
            reach("audit.after_head")
            for seal in seals:
                await _keep(work, seal, chained[seal.partition])
            reach("audit.before_commit")
        reach("audit.after_commit")
        ends = {seal.partition: seal.end for seal in seals}
        oldest = (now - min(row[_AT] for row in rows)).total_seconds()
        return Sealed(len(rows), oldest, list((heads | ends).values()))

    async def _heads(self, work: Work) -> tuple[dict[int, Head], datetime]:
        rows = await work.sql("SELECT partition, no, last_seq, head FROM audit_head")
        [(now,)] = await work.sql("SELECT clock_timestamp()")
        return {row[0]: Head(*row) for row in rows}, now

    def _sign(self, head: Head, rows: Sequence[Row], now: datetime) -> Seal:
        draft = Seal(
            partition=head.partition,
            no=head.no + 1,
            service=self._service,
            first_seq=head.last_seq + 1,
            last_seq=head.last_seq + len(rows),
            sealed_at=now,
            key_id=self._key.id,
            previous=head.head,
            digests=b"".join(map(row_digest, rows)),
        )
        return replace(draft, signature=self._key.sign(draft.content))


async def _keep(work: Work, seal: Seal, rows: Sequence[Row]) -> None:
    ids = [row[_PLACE] for row in rows]
    await work.sql(
        f"INSERT INTO audit (seq, {_MOVED}) SELECT %s + w.place, {_MOVED} FROM audit_unsealed"
        " JOIN unnest(%s::bigint[]) WITH ORDINALITY AS w(id, place) USING (id)",
        (seal.first_seq - 1, ids),
    )
    await work.sql("DELETE FROM audit_unsealed WHERE id = ANY(%s)", (ids,))
    await work.sql(
        f"INSERT INTO audit_seal ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            seal.partition,
            seal.no,
            seal.service,
            seal.first_seq,
            seal.last_seq,
            seal.sealed_at,
            seal.key_id,
            seal.previous,
            seal.digests,
            seal.signature,
        ),
    )


async def _advance(work: Work, heads: dict[int, Head], seals: Sequence[Seal]) -> None:
    for seal in seals:
        was = heads.get(seal.partition, Head(seal.partition))
        end = seal.end
        moved = await work.sql(
            "INSERT INTO audit_head AS h (partition, no, last_seq, head)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT (partition) DO UPDATE"
            " SET no = excluded.no, last_seq = excluded.last_seq, head = excluded.head"
            " WHERE (h.no, h.last_seq, h.head) = (%s, %s, %s) RETURNING 1",
            (end.partition, end.no, end.last_seq, end.head, was.no, was.last_seq, was.head),
        )
        if not moved:
            raise superseded(was.no)


def _by_partition(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    return dict(sorted(found.items()))
