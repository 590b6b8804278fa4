"""What auditing costs: the same transactions by 16 writers, without audit rows and with them."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
import uvloop
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.audit import Change, record
from services.kit.audit.anchor import FileAnchor
from services.kit.audit.keeper import Keeper
from services.kit.audit.keys import Keyring, SigningKey
from services.kit.audit.record import PARTITIONS
from services.kit.audit.sealer import Sealer
from services.kit.audit.shelf import unsealed
from services.kit.audit.verify import Verifier
from services.kit.backbone.outbox import Outbox, emit
from services.kit.backbone.topic import Topic
from services.kit.components import Component, reporting
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.bench.meter import Cost, Watch, apart, postgres_cpu
from tests.bench.report import Result, Step
from tests.servers import postgres_server
from tests.waiting import until

WRITERS = 16
KEYS = 50
ROUNDS = 5
"""Pairs of rounds, one of either kind: what else the machine does meets both, and no median."""
TOPIC = Topic("plantmesh.bench", 4)
KEY = SigningKey(bytes(32))


@dataclass(frozen=True)
class Course:
    """Where, how many transactions a writer, and whether they are audited and sealed meanwhile."""

    url: str
    folder: Path
    each: int
    audited: bool


def audit(transactions: int = 40_000) -> Result:
    """Each transaction changes a row, tells an event and, audited, what it changed.

    A round is as long as its writers take; the sealer leads before, and ends what is left after.
    """
    with postgres_server() as server, tempfile.TemporaryDirectory() as folder:
        url = server.dsn("audit", prepared_by=prepare)
        costs: dict[bool, list[Cost]] = {False: [], True: []}
        beside = dict.fromkeys(costs, 0.0)
        each = transactions // ROUNDS // WRITERS
        for number in range(2 * ROUNDS):
            audited = number % 2 == 1
            course = Course(url, Path(folder), each, audited)
            before = postgres_cpu(server.url)
            costs[audited].append(apart(work, course))
            beside[audited] += postgres_cpu(server.url) - before
        right, p99 = uvloop.run(judge(url, ROUNDS * WRITERS * (each + 1)))
    off, on = costs[False], costs[True]
    spent = {kind: _sum(costs[kind]).cpu + beside[kind] for kind in costs}
    return Result(
        name="audit",
        says=f"audited by unaudited changes/s of {WRITERS} writers, the median of {ROUNDS} pairs"
        f" (by CPU, ours and PostgreSQL's, {spent[False] / spent[True]:.2f};"
        f" p99 sealed in {p99:.2f} s)",
        ratio=median(one.per_second / other.per_second for one, other in zip(on, off, strict=True)),
        aim=0.7,
        right=right,
        steps=[
            Step("without audit", _sum(off), {"PostgreSQL": beside[False]}),
            Step("with audit, sealed meanwhile", _sum(on), {"PostgreSQL": beside[True]}),
        ],
    )


def prepare(url: str) -> None:
    """Kit's tables, and what the writers change."""
    migrate("kit", url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE thing (key text PRIMARY KEY, n int NOT NULL)")


def work(course: Course) -> Cost:
    """All transactions of one course."""
    return uvloop.run(_write_all(course))


async def _write_all(course: Course) -> Cost:
    store = Store(course.url, pool_size=WRITERS + 2)
    store.bind(Outbox(TOPIC))
    stop = asyncio.Event()
    sealing = asyncio.create_task(_keep(store, course, stop))
    # Everybody is connected, and the sealer leads.
    await _by_all(store, 1, course)
    await until(lambda: _all_sealed(store))
    watch = Watch()
    await _by_all(store, course.each, course)
    cost = watch.cost(course.each * WRITERS)
    await until(lambda: _all_sealed(store))
    stop.set()
    await sealing
    await store.close()
    return cost


async def _keep(store: Store, course: Course, stop: asyncio.Event) -> None:
    if course.audited:
        anchor = FileAnchor(course.folder / "anchor")
        with reporting(Component("audit")):
            await Keeper(store, Sealer(store, "bench", KEY), [anchor], "bench").run(stop)


async def _all_sealed(store: Store) -> bool:
    async with store.work() as work:
        rows, _ = await unsealed(work)
    return not rows


async def _by_all(store: Store, count: int, course: Course) -> None:
    await asyncio.gather(*(_write(store, writer, count, course) for writer in range(WRITERS)))


async def _write(store: Store, writer: int, count: int, course: Course) -> None:
    for n in range(count):
        key = f"lyon/{writer}-{n % KEYS}"
        async with store.work() as work:
            await work.sql(
                "INSERT INTO thing VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET n = excluded.n",
                (key, n),
            )
            emit(work, key, StringValue(value=f"{key} is {n}"))
            if course.audited:
                record(work, Change("thing", key, {"n": n - 1}, {"n": n}, "a bench"))


async def judge(url: str, written: int) -> tuple[bool, float]:
    """Whether every change is in the chains, which are whole; the p99 of the time to a seal."""
    store = Store(url)
    store.bind(Outbox(TOPIC))
    sealer = Sealer(store, "bench", KEY)
    while (await sealer.seal()).rows:
        pass
    verifier, rows, flaws = Verifier("bench", Keyring([KEY.public])), 0, 0
    for partition in range(PARTITIONS):
        after, ended = 0, False
        while not ended:
            async with store.work() as work:
                part = await verifier.step(work, partition, after, 50)
            rows += part.rows
            flaws += len(part.findings)
            after, ended = part.end.no, part.ended
    async with store.work() as work:
        [(p99,)] = await work.sql(
            "SELECT coalesce(extract(epoch FROM percentile_disc(0.99) WITHIN GROUP (ORDER BY"
            " s.sealed_at - a.at)), 0)::float8 FROM audit a JOIN audit_seal s"
            " ON s.partition = a.partition AND a.seq BETWEEN s.first_seq AND s.last_seq"
        )
    await store.close()
    return (rows, flaws) == (written, 0), p99


def _sum(costs: list[Cost]) -> Cost:
    return Cost(
        sum(cost.count for cost in costs),
        sum(cost.cpu for cost in costs),
        sum(cost.wall for cost in costs),
    )
