"""Placing: committed events get positions that follow each other without a gap."""

from collections.abc import Sequence

from services.kit.backbone.link import Connection, Link, fetch
from services.kit.checkpoint import reach

_ASSIGN = """
    WITH unplaced AS (
      SELECT h.partition, h.incarnation, o.id,
        h.n + row_number() OVER (PARTITION BY h.partition ORDER BY o.id) AS n
      FROM stream_head h CROSS JOIN LATERAL (
        SELECT id FROM outbox WHERE partition = h.partition AND n IS NULL ORDER BY id LIMIT %s) o
      WHERE h.partition = ANY(%s)),
    placed AS (
      UPDATE outbox o SET incarnation = u.incarnation, n = u.n FROM unplaced u WHERE o.id = u.id)
    UPDATE stream_head h SET n = u.last
    FROM (SELECT partition, max(n) AS last, count(*) FROM unplaced GROUP BY partition) u
    WHERE h.partition = u.partition RETURNING h.partition, u.count"""


async def prepare_heads(connection: Connection, partitions: int) -> None:
    """Make the rows that count; raises RuntimeError if the number of partitions was another."""
    [(count,)] = await fetch(connection, "SELECT count(*) FROM stream_head")
    if count not in (0, partitions):
        raise RuntimeError(f"the topic has {count} partitions; {partitions} would break its order")
    await connection.execute(
        "INSERT INTO stream_head (partition) SELECT generate_series(0, %s) ON CONFLICT DO NOTHING",
        (partitions - 1,),
    )


class Placer:
    """Counts unplaced rows of partitions under their heads' locks."""

    def __init__(self, link: Link, batch: int) -> None:
        self._link = link
        self._batch = batch

    async def waiting(self) -> dict[int, str]:
        """Partitions that have something to place, and what stands beyond their heads ("" if none).

        A subscriber beyond the head, in its incarnation, saw events that this database forgot; it
        would skip what we place there.
        """
        rows = await self._link.rows(
            "SELECT partition, (SELECT max(s.name || ' at ' || s.incarnation || '-' || s.n)"
            " FROM subscriber s WHERE s.partition = h.partition"
            " AND s.incarnation >= h.incarnation AND s.n > h.n)"
            " FROM stream_head h WHERE EXISTS"
            " (SELECT FROM outbox o WHERE o.partition = h.partition AND o.n IS NULL)"
        )
        return {partition: beyond or "" for partition, beyond in rows}

    async def place(self, partitions: Sequence[int]) -> dict[int, int]:
        """Place up to a batch in each of these; how many."""
        if not partitions:
            return {}
        async with self._link.transaction() as connection:
            await self.lock(connection, partitions)
            reach("relay.between_lock_and_count")
            return await self.assign(connection, partitions)

    async def lock(self, connection: Connection, partitions: Sequence[int]) -> None:
        """Nobody else places there until we commit."""
        await lock_heads(connection, partitions)

    async def assign(self, connection: Connection, partitions: Sequence[int]) -> dict[int, int]:
        """Number what waits, at most a batch in each; how many."""
        return await assign(connection, partitions, self._batch)


async def lock_heads(connection: Connection, partitions: Sequence[int]) -> None:
    """Lock the heads, in order, until the transaction ends."""
    await connection.execute(
        "SELECT FROM stream_head WHERE partition = ANY(%s) ORDER BY partition FOR UPDATE",
        (list(partitions),),
    )


async def assign(
    connection: Connection, partitions: Sequence[int], limit: int | None
) -> dict[int, int]:
    """Under the heads' locks, and so in a later statement: give what waits its positions, oldest
    first, and move the heads behind them; how many in each partition.
    """
    return dict(await fetch(connection, _ASSIGN, (limit, list(partitions))))
