"""The elector's lease as a row in the service's database, and the fence of a leader's writes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import LiteralString

import psycopg

from services.kit.elector import Seen, superseded
from services.kit.errors import UnavailableError
from services.kit.parting import let_go
from services.kit.store import CONNECTION_LOST, RETRIED, Row, Store, Work


class LeaseRow:
    """A Lease over PostgreSQL, on a connection of its own."""

    def __init__(self, store: Store, name: str) -> None:
        self.name = name
        self._store = store
        self._connection: psycopg.AsyncConnection[Row] | None = None

    async def read(self) -> Seen:
        """As it is now; made at first sight."""
        rows = await self._run(
            "SELECT epoch, beat, free FROM elector WHERE name = %s", (self.name,)
        )
        if not rows:
            await self._run(
                "INSERT INTO elector VALUES (%s, '', 0, 0, true) ON CONFLICT DO NOTHING",
                (self.name,),
            )
            return await self.read()
        return Seen(*rows[0])

    async def take(self, seen: Seen, holder: str, above: int = 0) -> int | None:
        """Begin a term if nothing moved since `seen`; a request that is late changes nothing."""
        rows = await self._run(
            "UPDATE elector SET holder = %s, epoch = greatest(epoch, %s) + 1, beat = beat + 1,"
            " free = false WHERE name = %s AND epoch = %s AND beat = %s RETURNING epoch",
            (holder, above, self.name, seen.epoch, seen.beat),
        )
        return int(rows[0][0]) if rows else None

    async def renew(self, epoch: int) -> bool:
        """Beat once; False when another term has begun."""
        rows = await self._run(
            "UPDATE elector SET beat = beat + 1 WHERE name = %s AND epoch = %s RETURNING 1",
            (self.name, epoch),
        )
        return bool(rows)

    async def release(self, epoch: int) -> None:
        """Leave it free for the next contender."""
        await self._run(
            "UPDATE elector SET free = true, beat = beat + 1"
            " WHERE name = %s AND epoch = %s RETURNING 1",
            (self.name, epoch),
        )

    async def drop(self) -> None:
        """Close the connection; the next call opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await let_go(connection)

    def guard(self, work: Work, epoch: int) -> None:
        """Let `work` commit only while the term of `epoch` lasts; ConflictError otherwise.

        The row is shared until the commit, so no other term begins in between.
        """

        async def refuse_when_over() -> None:
            if not await work.sql(
                "SELECT 1 FROM elector WHERE name = %s AND epoch = %s FOR SHARE", (self.name, epoch)
            ):
                raise superseded(epoch)

        work.before_commit(refuse_when_over)

    async def _run(self, query: LiteralString, params: Sequence[object]) -> list[Row]:
        async with self._connected() as connection:
            cursor = await connection.execute(query, params)
            return await cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[psycopg.AsyncConnection[Row]]:
        try:
            if self._connection is None:
                self._connection = await self._store.raw()
            yield self._connection
        except RETRIED as error:
            raise UnavailableError("the lease is locked by somebody's transaction") from error
        except CONNECTION_LOST as error:
            raise UnavailableError("the database cannot be reached") from error
