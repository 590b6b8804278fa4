"""What the port ProcessRuntime promises, on the real engine."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from services.kit.errors import ConflictError, NotFoundError, UnavailableError
from services.kit.store import Store
from services.process.adapters.dbos import DbosRuntime, executor_id, step
from services.process.domain.facts import Saga
from services.process.ports import Engine, Wake
from tests.component.process.rig import until, with_process
from tests.servers import PostgresServer

SAGA = Saga.ORDER_TO_PRODUCTION
PATIENCE = 0.5


class Shift:
    """What activations did; `gate` holds them up."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.running: dict[str, int] = {}
        self.most = 0
        self.gate = asyncio.Event()
        self.refusals = 0

    async def __call__(self, saga: Saga, flow: str) -> None:
        """Begin, wait for the gate in a step, end."""
        self.begun.append(flow)
        self.running[flow] = self.running.get(flow, 0) + 1
        self.most = max(self.most, self.running[flow])
        await step("wait", self._wait)
        try:
            await step("refuse", _refuse)
        except ConflictError as error:
            self.refusals += error.code == "no"
        self.running[flow] -= 1

    async def _wait(self) -> str:
        await self.gate.wait()
        return "waited"


async def _refuse() -> None:
    raise ConflictError("no", code="no")


Open = Callable[[Shift], Awaitable[DbosRuntime]]


@pytest.fixture
def dsn(postgres: PostgresServer) -> str:
    """A database of process, the engine's schema in it."""
    return postgres.dsn("process", prepared_by=with_process)


@pytest.fixture
async def open_engine(dsn: str) -> AsyncIterator[Open]:
    """An engine in this process, stopped at the end."""
    store, stop = Store(dsn), asyncio.Event()
    tasks: list[asyncio.Task[None]] = []

    async def open_with(shift: Shift) -> DbosRuntime:
        engine = Engine(
            dsn,
            executor_id("test"),
            "1",
            parallel=4,
            poll_seconds=0.05,
            drain=1,
            patience_seconds=PATIENCE,
        )
        runtime = DbosRuntime(store, engine, shift)
        tasks.append(asyncio.create_task(runtime.run(stop)))
        return runtime

    yield open_with
    stop.set()
    await asyncio.gather(*tasks)
    await store.close()


async def test_engine_keeps_what_the_port_promises(dsn: str, open_engine: Open) -> None:
    shift = Shift()
    runtime = await open_engine(shift)
    wakes = [Wake(SAGA, "order/lyon/1", f"e-{n}") for n in range(3)]
    await runtime.start([*wakes, *wakes, Wake(SAGA, "order/lyon/2", "f-1")])
    await until(lambda: sorted(shift.begun) == ["order/lyon/1", "order/lyon/2"])
    assert await runtime.busy(["order/lyon/1", "order/lyon/3"]) == {"order/lyon/1"}
    running = await runtime.query("e-0")
    assert running is not None
    assert (running.flow, running.saga, running.status) == ("order/lyon/1", SAGA, "PENDING")
    assert {run.id for run in await runtime.unfinished(10)} == {"e-0", "f-1"}

    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert await runtime.prune(soon) == 0, "what is not over is needed"
    await runtime.cancel(["e-1"])
    shift.gate.set()

    async def at_rest() -> bool:
        return not await runtime.busy(["order/lyon/1", "order/lyon/2"])

    await until(at_rest)
    assert sorted(shift.begun) == ["order/lyon/1", "order/lyon/1", "order/lyon/2"]
    assert shift.most == 1, "one at a time"
    assert shift.refusals == 3, "a refusal comes back as it was"

    async with await psycopg.AsyncConnection.connect(dsn) as held:
        await held.execute("LOCK TABLE dbos.workflow_status")
        with pytest.raises(UnavailableError):
            await runtime.unfinished(10)

    forked = await runtime.fork("e-0")
    await until(lambda: len(shift.begun) == 4)
    await until(at_rest)
    with pytest.raises(NotFoundError):
        await runtime.fork("nobody")
    assert await runtime.query("nobody") is None
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert await runtime.prune(soon - timedelta(hours=1)) == 0
    assert await runtime.prune(soon) == 5
    assert await runtime.query(forked) is None
