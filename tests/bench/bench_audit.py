"""What auditing costs: the same transactions by 16 writers, without audit rows and with them."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
from services.kit.migrate import migrate
from services.kit.store import Store
from tests.bench.meter import Cost, measure, postgres_cpu
from tests.bench.report import Result, Step
from tests.servers import postgres_server
from tests.waiting import until

WRITERS = 16
KEYS = 50
ROUNDS = 3
"""Pieces of either kind, by turns: what else the machine does meets both."""
TOPIC = Topic("plantmesh.bench", 4)
KEY = SigningKey(bytes(32))


@dataclass(frozen=True)
class Course:
    """Where, how many transactions, and whether they are audited and sealed meanwhile."""

    url: str
    folder: Path
    transactions: int
    audited: bool


def audit(transactions: int = 12_000) -> Result:
    """Each transaction changes a row, tells an event and, audited, what it changed."""
    with postgres_server() as server, tempfile.TemporaryDirectory() as folder:
        url = server.dsn("audit", prepared_by=prepare)
        costs: dict[bool, list[Cost]] = {False: [], True: []}
        beside = dict.fromkeys(costs, 0.0)
        for number in range(2 * ROUNDS):
            audited = number % 2 == 1
            course = Course(url, Path(folder), transactions // ROUNDS, audited)
            before = postgres_cpu(server.url)
            costs[audited].append(measure(work, course))
            beside[audited] += postgres_cpu(server.url) - before
        right, oldest = uvloop.run(judge(url, transactions))
    off, on = (_sum(costs[audited]) for audited in (False, True))
    return Result(
        name="audit",
        says=f"audited by unaudited changes/s, {WRITERS} writers, p99 sealed in {oldest:.2f} s",
        ratio=on.per_second / off.per_second,
        aim=0.7,
        right=right,
        steps=[
            Step("without audit", off, {"PostgreSQL": beside[False]}),
            Step("with audit, sealed meanwhile", on, {"PostgreSQL": beside[True]}),
        ],
    )


def prepare(url: str) -> None:
    """Kit's tables, and what the writers change."""
    migrate("kit", url)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE thing (key text PRIMARY KEY, n int NOT NULL)")


def work(course: Course) -> int:
    """All transactions of one course."""
    uvloop.run(_write_all(course))
    return course.transactions


async def _write_all(course: Course) -> None:
    store = Store(course.url, pool_size=WRITERS + 2)
    store.bind(Outbox(TOPIC))
    stop = asyncio.Event()
    sealing = None
    if course.audited:
        anchor = FileAnchor(course.folder / "anchor")
        keeper = Keeper(store, Sealer(store, "bench", KEY), [anchor], "bench")
        sealing = asyncio.create_task(keeper.run(stop))
    each = course.transactions // WRITERS
    await asyncio.gather(*(_write(store, writer, each, course) for writer in range(WRITERS)))
    if sealing is not None:
        await until(lambda: _all_sealed(store))
    stop.set()
    if sealing is not None:
        await sealing
    await store.close()


async def _all_sealed(store: Store) -> bool:
    async with store.work() as work:
        rows, _ = await unsealed(work)
    return not rows


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


async def judge(url: str, transactions: int) -> tuple[bool, float]:
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
        [(oldest,)] = await work.sql(
            "SELECT coalesce(extract(epoch FROM percentile_disc(0.99) WITHIN GROUP (ORDER BY"
            " s.sealed_at - a.at)), 0)::float8 FROM audit a JOIN audit_seal s"
            " ON s.partition = a.partition AND a.seq BETWEEN s.first_seq AND s.last_seq"
        )
    await store.close()
    written = transactions // ROUNDS // WRITERS * WRITERS * ROUNDS
    return (rows, flaws) == (written, 0), oldest


def _sum(costs: list[Cost]) -> Cost:
    return Cost(
        sum(cost.count for cost in costs),
        sum(cost.cpu for cost in costs),
        sum(cost.wall for cost in costs),
    )
