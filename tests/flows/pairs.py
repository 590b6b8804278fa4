"""A plant with two replicas of every service, its press, and what can be read from outside."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg

from tests.flows.owners import Books
from tests.flows.plant import SERVICES, Plant, running
from tests.flows.press import Press, open_press
from tests.flows.spans import Sink, sink
from tests.servers import scratch_folder

EVERY = (*SERVICES, "telemetry")


@asynccontextmanager
async def two_of_each(
    pressed: Sequence[str],
) -> AsyncIterator[tuple[Plant, Press, Sink, Books]]:
    """The plant, its press, their spans, and a connection to the database of every service."""
    async with AsyncExitStack() as stack:
        collected = await stack.enter_async_context(sink())
        env = {
            "PLANTMESH_OTLP_ENDPOINT": collected.url,
            "PLANTMESH_TRACE_SHARE": "1",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "PLANTMESH_DEAD_SECONDS": "2",
        }
        root = stack.enter_context(scratch_folder())
        press = await stack.enter_async_context(open_press(root, pressed, 2))
        env["PLANTMESH_TELEMETRY_SOURCES"] = str(press.place.sources)
        plant = await stack.enter_async_context(running(root, env, replicas=2, services=EVERY))
        books = {
            service: await stack.enter_async_context(
                await psycopg.AsyncConnection.connect(url, autocommit=True)
            )
            for service, url in plant.mesh.databases.items()
        }
        yield plant, press, collected, books
