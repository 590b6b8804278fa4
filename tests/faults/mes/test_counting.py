"""Mes dies in the middle of counting, again and again: its books show what the presses show."""

import asyncio
import random
import time
import zlib
from pathlib import Path

import pytest

from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.clock import SystemClock
from services.kit.migrate import migrate
from services.kit.store import Store
from services.mes.application.command_work_orders import Step, command_work_orders
from services.mes.application.create_work_orders import create_work_orders
from services.mes.store import open_books
from tests.copies import put_items
from tests.faults.broker import Broker
from tests.faults.crash import Crash, Fault
from tests.faults.figures import Figures, tell
from tests.faults.mes.judge import behind, troubles, verdict, waiting
from tests.faults.mes.roles import Carrying, Counting, Pressing, orders
from tests.faults.place import Place
from tests.faults.process import Actor
from tests.faults.scale import Scale, short_and_long
from tests.servers import PostgresServer
from tests.unit.mes.reports import ITEMS, order_key, plan
from tests.unit.mes.use_cases.steps import START
from tools.mesh.wait import until

pytestmark = pytest.mark.fault

MES: Crash = {
    "consumer.before_apply": Fault(chance=0.15),
    "consumer.mid_batch": Fault(chance=0.2),
    "consumer.after_commit": Fault(chance=0.3),
}


async def open_orders(url: str) -> None:
    """An order a press, large enough for whatever it makes."""
    store = Store(url)
    store.bind(Outbox(Topic("plantmesh.mes")))
    books = open_books(SystemClock())
    async with store.work():
        await put_items(ITEMS)
        await create_work_orders(books, [plan(no, "1000000") for no in orders()])
        steps = [Step(order_key(no), one) for no in orders() for one in START]
        await command_work_orders(books, steps)
    await store.close()


@pytest.fixture
def floor(postgres: PostgresServer, broker: Broker, tmp_path: Path) -> Place:
    """Telemetry's database and that of mes, with its orders, and the broker."""
    reader = postgres.dsn("mes_faults", lambda url: migrate("mes", url))
    asyncio.run(open_orders(reader))
    owner = postgres.dsn("telemetry_faults", lambda url: migrate("kit", url))
    return Place(owner=owner, reader=reader, broker=broker.url, folder=tmp_path)


@short_and_long
def test_counts_equal_the_presses_whenever_mes_dies(
    floor: Place, scale: Scale, request: pytest.FixtureRequest
) -> None:
    given = request.config.getoption("--seed", None)
    seed = zlib.crc32(request.node.name.encode()) if given is None else given
    dice, began = random.Random(seed), time.monotonic()
    mes = {name: Actor(name, Counting(), floor, MES, seed) for name in ("mes1", "mes2")}
    relay = Actor("relay", Carrying(), floor, {}, seed)
    presses = Actor("presses", Pressing(), floor, {}, seed)
    everyone = [relay, presses, *mes.values()]
    due = began + 1

    def tended() -> bool:
        nonlocal due
        for actor in everyone:
            if not actor.alive():
                actor.start()
        if time.monotonic() > due and behind(floor) > 0:
            floor.counters.note("kill.blind")
            mes[dice.choice(list(mes))].kill()
            due = time.monotonic() + dice.uniform(2, 4)
        counts = floor.counters.read()
        points = all(counts[f"kill.{point}"] >= scale.hits for point in MES)
        middle = counts["kill.consumer.mid_batch"] >= 3 * scale.hits
        return points and middle and counts["kill.blind"] >= scale.hits

    try:
        until(tended, "mes killed at every point", seconds=60 + 30 * scale.hits)
        presses.end()
        for actor in mes.values():
            actor.kill()
        last = Actor("mes3", Counting(), floor, {}, seed)
        everyone.append(last)
        last.start()
        until(lambda: behind(floor) == 0, "everything counted", seconds=60)
    finally:
        for actor in everyone:
            actor.end()
    counts = floor.counters.read()
    figures = Figures(
        row=f"mes-counts-{scale.name}",
        seed=seed,
        seconds=time.monotonic() - began,
        kills=sum(count for name, count in counts.items() if name.startswith("kill.")),
        verdict=verdict(floor),
        evidence={
            "killed mid-batch": counts["kill.consumer.mid_batch"],
            "batches read again": counts["signal.batch_read_again"],
            "takeovers": counts["signal.taken_over"],
            "differences for a person": waiting(floor),
        },
        counts=dict(sorted(counts.items())),
    )
    figures.write()
    tell(request, [figures])
    assert troubles(floor) == []
    assert figures.verdict.ok, figures.line()
    assert all(figures.evidence.values()), figures.line()
