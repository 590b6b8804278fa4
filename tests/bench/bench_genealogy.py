"""What a trace takes beside a bare recursive query: families of thousands among many lots."""

import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from statistics import median, quantiles

import psycopg
import uvloop

from services.kit.clock import SystemClock
from services.kit.migrate import migrate
from services.kit.service import GC_THRESHOLD
from services.kit.store import Store
from services.mes.application.trace import Start, Wish, trace_lots
from services.mes.domain.genealogy import Direction
from services.mes.domain.keys import LotKey
from services.mes.store import open_books
from tests.bench.meter import Cost, postgres_cpu
from tests.bench.report import Result, Step
from tests.servers import PostgresServer, postgres_server

SIZES = (1_000, 10_000)
"""Half of all lots are in families of either size: one raw lot, and all that was made of it."""
AIMS = {1_000: "p95 50 ms", 10_000: "100 ms"}
# Lots of one family became known far from each other, as they do where many lines work at once.
_LOTS = """
    INSERT INTO lot (id, plant, item_no, lot_no, order_no, unit, produced, produced_at, as_of)
    OVERRIDING SYSTEM VALUE
    SELECT n, 'lyon', 'ITEM-' || n %% 1000, 'L' || n, 'o' || n, 'KGM', 10, now(), now()
    FROM generate_series(1, %(lots)s::bigint) n
"""
# The first parent leads back to the root, whatever the other two are: diamonds, eight levels deep.
_EDGES = """
    WITH member AS (
        SELECT n, half, families, (n - 1) / 2 %% families AS family, (n - 1) / 2 / families AS j
        FROM (SELECT n, (n - 1) %% 2 AS half, %(lots)s::bigint / 2 /
            CASE (n - 1) %% 2 WHEN 0 THEN %(small)s ELSE %(large)s END AS families
            FROM generate_series(1, %(lots)s::bigint) n) numbered)
    INSERT INTO genealogy_edge (from_id, to_id, order_no, operation, event_id, kind, quantity,
        made, occurred_at, offset_minutes, equipment)
    SELECT 2 * (parent * families + family) + half + 1, n, 'o' || n, 20, 'c' || n || '/' || no,
        'transform', 3.5, 10, now(), 120, 'OVEN-1'
    FROM member, LATERAL (VALUES (0, (j - 1) / 3), (1, (hashint8(n) & 2147483647) %% nullif(j, 0)),
        (2, (hashint8(-n) & 2147483647) %% nullif(j, 0))) AS parents(no, parent)
    WHERE j > 0
"""
_BARE = """
    WITH RECURSIVE reached(id) AS (
        VALUES (%s::bigint)
        UNION
        SELECT e.to_id FROM reached r
        JOIN genealogy_edge e ON e.from_id = r.id AND e.void_by IS NULL)
    SELECT id FROM reached
"""
_DROPPED = """
    SELECT 'ALTER TABLE genealogy_edge DROP CONSTRAINT ' || conname,
        'ALTER TABLE genealogy_edge ADD ' || pg_get_constraintdef(oid), 1
    FROM pg_constraint WHERE conrelid = 'genealogy_edge'::regclass AND contype IN ('p', 'f')
    UNION ALL
    SELECT 'DROP INDEX ' || indexname, indexdef, 2 FROM pg_indexes
    WHERE tablename = 'genealogy_edge' AND indexname NOT LIKE '%pkey'
    ORDER BY 3
"""
_ROUNDS = 100


def genealogy(lots: int = 1_000_000, sizes: tuple[int, int] = SIZES) -> Result:
    """Ours is the use case: every lot of the family, by its key; both walk from the same roots."""
    with postgres_server() as postgres:
        steps, right = _measure(postgres, lots, sizes)
    ratio = steps[1].cost.wall / steps[1].cost.count / (steps[0].cost.wall / steps[0].cost.count)
    return Result(
        name="genealogy",
        says=f"among {lots:,} lots, a bare query by a trace of {sizes[0]:,}, wall",
        ratio=ratio,
        aim=0,
        right=right,
        steps=steps,
    )


def growth(lots: int = 1_000_000, times: int = 10, sizes: tuple[int, int] = SIZES) -> Result:
    """The same families among ten times as many lots."""
    with postgres_server() as postgres:
        before, right = _measure(postgres, lots, sizes)
        after, right_too = _measure(postgres, lots * times, sizes)
    walls = [
        later.cost.wall / later.cost.count / (early.cost.wall / early.cost.count)
        for early, later in zip(before, after, strict=True)
        if early.name.startswith("trace")
    ]
    return Result(
        name="genealogy-growth",
        says=f"a trace among {lots * times:,} lots by one among {lots:,}, the worse (at most 3)",
        ratio=max(walls),
        aim=0,
        right=right and right_too,
        steps=[*before, *after],
    )


def _measure(
    postgres: PostgresServer, lots: int, sizes: tuple[int, int]
) -> tuple[list[Step], bool]:
    dsn = postgres.dsn("mes", prepared_by=partial(migrate, "mes"))
    try:
        fill(dsn, lots, sizes)
        steps, right = [], True
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        for half, size in enumerate(sizes):
            rounds = min(_ROUNDS, lots // 2 // size)
            roots = [2 * family + half + 1 for family in range(rounds)]
            for name, walk in (("trace", _trace), ("bare query", _bare)):
                before = postgres_cpu(postgres.url)
                cost, times, found = uvloop.run(walk(dsn, roots))
                beside = {"PostgreSQL": postgres_cpu(postgres.url) - before}
                steps.append(Step(_told(name, size, times), cost, beside))
                right = right and set(found) == {size}
    finally:
        postgres.drop(dsn)
    return steps, right


def fill(dsn: str, lots: int, sizes: tuple[int, int]) -> None:
    """Straight into the tables, indexes last; then as autovacuum leaves them."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute("SET work_mem = '128MB'")
        numbers = {"lots": lots, "small": sizes[0], "large": sizes[1]}
        connection.execute(_LOTS, numbers)
        dropped = connection.execute(_DROPPED).fetchall()
        for drop, _, _ in reversed(dropped):
            connection.execute(drop)
        connection.execute(_EDGES, numbers)
        for _, create, _ in dropped:
            connection.execute(create)
        connection.execute("VACUUM (ANALYZE) lot, genealogy_edge")


Walked = tuple[Cost, list[float], list[int]]
"""What all of them cost, the seconds of each, and how many lots each found."""


async def _trace(dsn: str, roots: Sequence[int]) -> Walked:
    store, books = Store(dsn), open_books(SystemClock())
    wish = Wish(Direction.FORWARD, 20_000)

    async def walk(root: int) -> int:
        async with store.work():
            lot = LotKey("lyon", f"ITEM-{root % 1000}", f"L{root}")
            (found,) = await trace_lots(books, [Start(lot)], wish)
        return len({one.key for one in found.lots})

    try:
        return await _timed(walk, roots)
    finally:
        await store.close()


async def _bare(dsn: str, roots: Sequence[int]) -> Walked:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:

        async def walk(root: int) -> int:
            return len(await (await connection.execute(_BARE, (root,))).fetchall())

        return await _timed(walk, roots)


async def _timed(walk: Callable[[int], Awaitable[int]], roots: Sequence[int]) -> Walked:
    await walk(roots[0])
    times, found = [], []
    cpu = time.process_time()
    for root in roots:
        start = time.perf_counter()
        found.append(await walk(root))
        times.append(time.perf_counter() - start)
    return Cost(len(roots), time.process_time() - cpu, sum(times)), times, found


def _told(name: str, size: int, times: Sequence[float]) -> str:
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    aim = f" (aim {AIMS[size]})" if name == "trace" and size in AIMS else ""
    return f"{name} of {size:,}: {median(times) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms{aim}"
