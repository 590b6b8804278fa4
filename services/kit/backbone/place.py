"""Placing: committed events get positions that follow each other without a gap."""

from services.kit.backbone.link import Connection, Link, fetch
from services.kit.checkpoint import reach

Unplaced = tuple[int, int, list[int]]


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
    """Counts unplaced rows of a partition under its head's lock."""

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

    async def place(self, partition: int) -> int:
        """Place up to a batch; how many."""
        async with self._link.transaction() as connection:
            incarnation, n, ids = await self.claim(connection, partition)
            if ids:
                await assign(connection, partition, incarnation, n, ids)
        return len(ids)

    async def claim(self, connection: Connection, partition: int) -> Unplaced:
        """The head, locked first, and only then, seen by a new statement, the rows to place."""
        incarnation, n = await lock_head(connection, partition)
        reach("relay.between_lock_and_count")
        return incarnation, n, await read_unplaced(connection, partition, self._batch)


async def lock_head(connection: Connection, partition: int) -> tuple[int, int]:
    """Incarnation and n of the partition's head; nobody else places until we commit."""
    [(incarnation, n)] = await fetch(
        connection,
        "SELECT incarnation, n FROM stream_head WHERE partition = %s FOR UPDATE",
        (partition,),
    )
    return incarnation, n


async def read_unplaced(connection: Connection, partition: int, limit: int | None) -> list[int]:
    """Ids of rows without a position, oldest first; all of them without a limit."""
    rows = await fetch(
        connection,
        "SELECT id FROM outbox WHERE partition = %s AND n IS NULL ORDER BY id LIMIT %s",
        (partition, limit),
    )
    return [id for (id,) in rows]


async def assign(
    connection: Connection, partition: int, incarnation: int, n: int, ids: list[int]
) -> None:
    """Give the rows the positions after n, and move the head behind them."""
    await connection.execute(
        "WITH placed AS (UPDATE outbox o SET incarnation = %s, n = %s + r.i"
        " FROM unnest(%b::bigint[]) WITH ORDINALITY AS r(id, i) WHERE o.id = r.id)"
        " UPDATE stream_head SET n = n + %s WHERE partition = %s",
        (incarnation, n, ids, len(ids), partition),
    )
