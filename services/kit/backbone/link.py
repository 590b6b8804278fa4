"""A database connection for one loop, opened again after it was lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import psycopg

from services.kit.parting import let_go
from services.kit.store import Row, Store

Connection = psycopg.AsyncConnection[Row]


class Link:
    """One connection in autocommit; a new one (`opened` counts them) may be another database."""

    def __init__(self, store: Store, *, durable: bool = True) -> None:
        self._store = store
        self._durable = durable
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()
        self.opened = 0

    async def connection(self) -> Connection:
        """The connection, opened if there is none."""
        async with self._opening:
            # Between opening and returning nothing may wait: a task beside us may drop it.
            if self._connection is None or self._connection.closed:
                self._connection = await self._store.raw(durable=self._durable)
                self.opened += 1
            return self._connection

    async def rows(self, query: LiteralString, params: Sequence[Any] = ()) -> list[Row]:
        """Run one statement, alone in its transaction; [] if it returns no rows."""
        return await fetch(await self.connection(), query, params)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A transaction on this connection."""
        connection = await self.connection()
        async with connection.transaction():
            yield connection

    async def drop(self) -> None:
        """Close it; the next use opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await let_go(connection)


async def fetch(
    connection: Connection, query: LiteralString, params: Sequence[Any] = ()
) -> list[Row]:
    """Rows of one statement, values in binary (bytea would cost a hex decoding otherwise)."""
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(query, params)
        return await cursor.fetchall() if cursor.description else []
