"""What a trace takes beside a bare recursive query: families of thousands among many lots."""

import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
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
from services.mes.store import open_books
from tests.bench.families import Families, fill, key_of
from tests.bench.meter import Cost, postgres_cpu
from tests.bench.report import Result, Step
from tests.servers import PostgresServer, postgres_server

SIZES = (1_000, 10_000)
AIMS = {1_000: "p95 50 ms", 10_000: "100 ms"}
_BARE = """
    WITH RECURSIVE reached(id) AS (
        VALUES (%s::bigint)
        UNION
        SELECT e.to_id FROM reached r
        JOIN genealogy_edge e ON e.from_id = r.id AND e.void_by IS NULL)
    SELECT id FROM reached
"""
_ROUNDS = 100


@dataclass(frozen=True)
class Walked:
    """What all of them cost, the seconds of each, and whether each found what it should."""

    cost: Cost
    times: Sequence[float]
    right: bool

    @property
    def median(self) -> float:
        """Seconds."""
        return median(self.times)


Walk = Callable[[str, Sequence[int], int], Awaitable[Walked]]


def genealogy(lots: int = 1_000_000, sizes: tuple[int, int] = SIZES) -> Result:
    """Ours is the use case: every lot of the family, by its key; both walk from the same roots."""
    with postgres_server() as postgres:
        [(walks, steps)] = _measure(postgres, Families(lots, sizes))
    return Result(
        name="genealogy",
        says=f"among {lots:,} lots, a bare query by a trace of {sizes[-1]:,}, medians of the wall",
        ratio=walks[-1].median / walks[-2].median,
        aim=0,
        right=all(walk.right for walk in walks),
        steps=steps,
    )


def growth(lots: int = 1_000_000, times: int = 10, sizes: tuple[int, int] = SIZES) -> Result:
    """The same families among ten times as many lots: 16 GB of disk for a while."""
    with postgres_server() as postgres:
        few, many = _measure(postgres, Families(lots, sizes), Families(lots * times, sizes))
    ours = list(zip(few[0], many[0], strict=True))[::2]
    return Result(
        name="genealogy-growth",
        says=f"a trace among {lots * times:,} lots by one among {lots:,}, medians, the worse size",
        ratio=max(later.median / early.median for early, later in ours),
        aim=3,
        right=all(walk.right for walk in (*few[0], *many[0])),
        steps=[*few[1], *many[1]],
        at_most=True,
    )


Measured = tuple[list[Walked], list[Step]]
"""Of either size first ours, then the bare query."""


def _measure(postgres: PostgresServer, *some: Families) -> list[Measured]:
    """Of each; all are filled first, and a walk is measured among all of them by turns."""
    dsns = [postgres.dsn("mes", prepared_by=partial(migrate, "mes")) for _ in some]
    for dsn, families in zip(dsns, some, strict=True):
        fill(dsn, families)
    with psycopg.connect(postgres.url, autocommit=True) as superuser:
        superuser.execute("CHECKPOINT")
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    measured: list[Measured] = [([], []) for _ in some]
    for half, size in enumerate(some[0].sizes):
        for name, walk in (("trace", _trace), ("bare query", _bare)):
            for dsn, families, (walks, steps) in zip(dsns, some, measured, strict=True):
                before = postgres_cpu(postgres.url)
                walked = uvloop.run(walk(dsn, families.roots(half, _ROUNDS), size))
                beside = {"PostgreSQL": postgres_cpu(postgres.url) - before}
                walks.append(walked)
                steps.append(Step(_told(name, size, walked.times), walked.cost, beside))
    for dsn in dsns:
        postgres.drop(dsn)
    return measured


async def _trace(dsn: str, roots: Sequence[int], size: int) -> Walked:
    store, books = Store(dsn), open_books(SystemClock())
    wish = Wish(Direction.FORWARD, 20_000)

    async def walk(root: int) -> int:
        async with store.work():
            (found,) = await trace_lots(books, [Start(key_of(root))], wish)
        return len({one.key for one in found.lots})

    try:
        return await _timed(walk, roots, size)
    finally:
        await store.close()


async def _bare(dsn: str, roots: Sequence[int], size: int) -> Walked:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:

        async def walk(root: int) -> int:
            return len(await (await connection.execute(_BARE, (root,))).fetchall())

        return await _timed(walk, roots, size)


async def _timed(walk: Callable[[int], Awaitable[int]], roots: Sequence[int], size: int) -> Walked:
    await walk(roots[0])
    times, found = [], set()
    cpu = time.process_time()
    for root in roots:
        start = time.perf_counter()
        found.add(await walk(root))
        times.append(time.perf_counter() - start)
    cost = Cost(len(roots), time.process_time() - cpu, sum(times))
    return Walked(cost, times, found == {size})


def _told(name: str, size: int, times: Sequence[float]) -> str:
    p95 = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    aim = f" (aim {AIMS[size]})" if name == "trace" and size in AIMS else ""
    return f"{name} of {size:,}: {median(times) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms{aim}"
