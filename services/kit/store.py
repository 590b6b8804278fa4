"""A service's database: units of work, and connections for loops of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, LiteralString

import psycopg
from psycopg import errors as pg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from services.kit.errors import UnavailableError

Row = tuple[Any, ...]

# A stopped process may not hold others up: its locks and its open transaction end by themselves.
_GUARDS = "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=15000"

# The order matters to loops: LockNotAvailable is an OperationalError, yet it is retried, not reconnected.
RETRIED: tuple[type[psycopg.Error], ...] = (
    pg.SerializationFailure,
    pg.DeadlockDetected,
    pg.LockNotAvailable,
)
CONNECTION_LOST: tuple[type[psycopg.Error], ...] = (
    psycopg.OperationalError,
    pg.IdleInTransactionSessionTimeout,
)


class Work:
    """One transaction under way. Everything done through it commits together or not at all."""

    def __init__(self, session: AsyncSession, connection: psycopg.AsyncConnection[Row]) -> None:
        self.session = session
        self._connection = connection
        self._before_commit: list[Callable[[], Awaitable[None]]] = []
        self.parts: dict[type, Any] = {}

    async def sql(self, query: LiteralString, params: Sequence[Any] = ()) -> list[Row]:
        """Run SQL in this transaction (psycopg placeholders); the rows, or [] if it returns none."""
        cursor = await self._connection.execute(query, params)
        return await cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is undone alone when it raises."""
        async with self.session.begin_nested():
            yield

    def before_commit(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Call `hook` once, in order of registration, when everything else is written."""
        self._before_commit.append(hook)

    async def flush(self) -> None:
        """Write what waits, in the order it was registered."""
        await self.session.flush()
        while self._before_commit:
            await self._before_commit.pop(0)()


_open: ContextVar[Work | None] = ContextVar("work", default=None)


def current_work() -> Work:
    """The unit of work this task is in; a repository may only be used inside one."""
    work = _open.get()
    if work is None:
        raise RuntimeError("no unit of work is open; wrap the call in `async with store.work()`")
    return work


def forbid_work() -> None:
    """Refuse to go on while a transaction is open: outside calls may take long or never return."""
    if _open.get() is not None:
        raise RuntimeError("an outside call inside an open transaction")


class Store:
    """The database of one service, by its `postgresql://` URL; connects when first used."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._dsn = url
        self._engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            connect_args={"options": _GUARDS, "connect_timeout": 5},
        )

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Open a transaction (READ COMMITTED), ambient in this task; commit at the end.

        Raises UnavailableError when the database cannot be reached; nesting is refused.
        """
        if _open.get() is not None:
            raise RuntimeError("a unit of work is already open in this task")
        try:
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                work = Work(session, await _driver_connection(session))
                token = _open.set(work)
                try:
                    yield work
                    await work.flush()
                    await session.commit()
                finally:
                    _open.reset(token)
        except CONNECTION_LOST as error:
            if isinstance(error, RETRIED):
                raise
            raise UnavailableError("the database is not available") from error

    async def raw(self) -> psycopg.AsyncConnection[Row]:
        """A connection of the caller's own, in autocommit, with the same guards; close it yourself."""
        return await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, options=_GUARDS, connect_timeout=5
        )

    async def close(self) -> None:
        """Give back every pooled connection."""
        await self._engine.dispose()


async def _driver_connection(session: AsyncSession) -> psycopg.AsyncConnection[Row]:
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError(f"psycopg is the one driver, not {type(driver).__name__}")
    return driver
