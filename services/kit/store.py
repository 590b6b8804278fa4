"""A service's database: units of work, and connections for loops of their own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg.sql import SQL, Literal
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.concurrency import greenlet_spawn
from sqlmodel.ext.asyncio.session import AsyncSession

from services.kit.errors import UnavailableError

Row = tuple[Any, ...]
T = TypeVar("T")

# A stopped process may not hold others up: its locks and its open transaction end by themselves.
_GUARDS = "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=15000"

# The order matters to loops: LockNotAvailable is an OperationalError, yet it is retried.
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
    """One transaction under way. Everything done through it commits together or not at all.

    `parts` holds what is collected until the commit, by its class; `bound` is the store's.
    """

    def __init__(
        self,
        connection: psycopg.AsyncConnection[Row],
        open_session: Callable[[], AsyncSession],
        bound: dict[type, Any],
    ) -> None:
        self.parts: dict[type, Any] = {}
        self.bound = bound
        self.ended = False
        self._connection = connection
        self._open_session = open_session
        self._session: AsyncSession | None = None
        self._before_commit: list[Callable[[], Awaitable[None]]] = []
        self._last: list[tuple[LiteralString, Sequence[Any]]] = []
        self._after_commit: list[Callable[[], None]] = []

    @property
    def session(self) -> AsyncSession:
        """SQLAlchemy in this transaction; made when it is first asked for, since many never do."""
        if self._session is None:
            self._session = self._open_session()
        return self._session

    async def sql(
        self, query: LiteralString, params: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[Row]:
        """Run SQL in this transaction (psycopg placeholders); its rows, [] if there are none."""
        cursor = await self._connection.execute(query, params)
        return await cursor.fetchall() if cursor.description else []

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is done inside is undone alone when it raises, collected parts and hooks included.

        When it ends well, what it collected is written at once.
        """
        outer = self.parts, self._before_commit, self._after_commit, self._last
        self.parts, self._before_commit, self._after_commit, self._last = {}, [], [], []
        try:
            async with self.session.begin_nested():
                # The session would set it with its own first statement; ours may come earlier.
                await self.session.connection()
                yield
                await self.flush()
            outer[2].extend(self._after_commit)
        finally:
            self.parts, self._before_commit, self._after_commit, self._last = outer

    def before_commit(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Call `hook` once, in order of registration, when everything else is written."""
        self._before_commit.append(hook)

    def write_last(self, query: LiteralString, params: Sequence[Any]) -> None:
        """Write once the hooks are through; what several parts write goes in one statement.

        `query` is an INSERT whose rows nobody reads, with placeholders by position.
        """
        self._last.append((query, params))

    def after_commit(self, hook: Callable[[], None]) -> None:
        """Call `hook` once the commit returned: a hint to others, for a crash may swallow it."""
        self._after_commit.append(hook)

    async def flush(self) -> None:
        """Write what waits, in the order it was registered."""
        await self._flush_session()
        while self._before_commit:
            await self._before_commit.pop(0)()
        await self._flush_last()
        await self._flush_session()

    async def commit(self) -> None:
        """Write what waits, commit, and tell those who asked to know (the store calls this)."""
        await self.flush()
        if self._session is not None:
            await self._session.commit()
        await self._connection.commit()
        while self._after_commit:
            self._after_commit.pop(0)()

    async def close(self) -> None:
        """Let go of the session, if there is one (the store calls this)."""
        self.ended = True
        if self._session is not None:
            await self._session.close()

    async def _flush_last(self) -> None:
        """A statement costs the client more than its rows do."""
        last, self._last = self._last, []
        if len(last) == 1:
            await self.sql(*last[0])
        elif last:
            parts = ", ".join(f"w{place} AS ({query})" for place, (query, _) in enumerate(last))
            params = [param for _, params in last for param in params]
            await self.sql(f"WITH {parts} SELECT", params)

    async def _flush_session(self) -> None:
        if self._session is not None:
            await self._session.flush()


_open: ContextVar[Work | None] = ContextVar("work", default=None)


def _ambient() -> Work | None:
    # A task started inside a unit of work inherits it, and may outlive it.
    work = _open.get()
    return None if work is None or work.ended else work


def current_work() -> Work:
    """The unit of work this task is in; a repository may only be used inside one."""
    work = _ambient()
    if work is None:
        raise RuntimeError("no unit of work is open; wrap the call in `async with store.work()`")
    return work


def forbid_work() -> None:
    """Refuse to go on while a transaction is open: outside calls may take long or never return."""
    if _ambient() is not None:
        raise RuntimeError("an outside call inside an open transaction")


def driver_error(error: BaseException) -> psycopg.Error | None:
    """The driver's own error, which SQLAlchemy wraps for what passed through a session."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause if isinstance(cause, psycopg.Error) else None


class Store:
    """The database of one service, by its `postgresql://` URL; connects when first used.

    `patience` is how many seconds a unit of work waits for one of the pool's connections.
    """

    def __init__(self, url: str, *, pool_size: int = 10, patience: float = 10) -> None:
        self.bound: dict[type, Any] = {}
        self._dsn = url
        self._pool_size = pool_size
        self._engine: AsyncEngine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=patience,
            pool_pre_ping=False,
            connect_args={"options": _GUARDS, "connect_timeout": 5},
        )

    def bind(self, part: T) -> T:
        """Let every unit of work find `part` under its class (`work.bound`): an Outbox, say."""
        self.bound[type(part)] = part
        return part

    @asynccontextmanager
    async def work(self, *, snapshot: str = "") -> AsyncIterator[Work]:
        """Open a transaction (READ COMMITTED), ambient in this task; commit at the end.

        With the id of an exported `snapshot`, it reads that moment and writes nothing. Nesting is
        refused. Raises UnavailableError when the database cannot be reached (after a failing
        commit nobody knows whether it happened), and one of RETRIED as the driver's own error.
        """
        if _ambient() is not None:
            raise RuntimeError("a unit of work is already open in this task")
        try:
            async with self._lent() as lent:
                connection = _driver_of(lent)
                if snapshot:
                    await _read_at(connection, snapshot)
                work = Work(connection, lambda: self._session_on(lent), self.bound)
                token = _open.set(work)
                try:
                    yield work
                    await work.commit()
                finally:
                    _open.reset(token)
                    await work.close()
        except PoolTimeout as error:
            raise UnavailableError("every database connection is taken") from error
        except (psycopg.Error, DBAPIError) as error:
            await self._explain(error)
            raise

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[PoolProxiedConnection]:
        """One of the pool's connections; what is still open when it comes back is rolled back."""
        lent = await self._engine.raw_connection()
        try:
            yield lent
        except (psycopg.Error, DBAPIError) as error:
            if lent.is_valid and isinstance(driver_error(error), CONNECTION_LOST):
                await greenlet_spawn(lent.invalidate)
            raise
        finally:
            await greenlet_spawn(lent.close)

    def _session_on(self, lent: PoolProxiedConnection) -> AsyncSession:
        connection = Connection(self._engine.sync_engine, connection=lent)
        return AsyncSession(AsyncConnection(self._engine, connection), expire_on_commit=False)

    async def _explain(self, error: psycopg.Error | DBAPIError) -> None:
        cause = driver_error(error)
        if isinstance(cause, RETRIED):
            raise cause from None
        if isinstance(cause, CONNECTION_LOST):
            # The others of the pool most likely died with it; nobody else shall meet them.
            await self._engine.dispose()
            raise UnavailableError(
                "the database is not available", code="database_unavailable"
            ) from error

    async def raw(self, *, durable: bool = True) -> psycopg.AsyncConnection[Row]:
        """A connection of the caller's own, autocommit, same guards; close it yourself.

        A commit that is not `durable` may be lost with the server, for its last moments.
        """
        options = _GUARDS if durable else f"{_GUARDS} -c synchronous_commit=off"
        return await psycopg.AsyncConnection.connect(
            self._dsn, autocommit=True, options=options, connect_timeout=5
        )

    def connections(self) -> tuple[int, int]:
        """How many of the pool are lent just now, and how many there can be."""
        pool = self._engine.pool
        return (pool.checkedout(), self._pool_size) if isinstance(pool, QueuePool) else (0, 0)

    async def close(self) -> None:
        """Give back every pooled connection."""
        await self._engine.dispose()


def _driver_of(lent: PoolProxiedConnection) -> psycopg.AsyncConnection[Row]:
    driver = lent.driver_connection
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError(f"psycopg is the one driver, not {type(driver).__name__}")
    return driver


async def _read_at(connection: psycopg.AsyncConnection[Row], snapshot: str) -> None:
    await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await connection.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(snapshot)))
