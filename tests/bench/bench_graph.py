"""What a federated answer costs the gateway and the services behind it, and the calls it makes."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import aiohttp

from services.kit.ids import GraphId
from tests.bench.meter import Cost, broker_cpu, postgres_cpu, program_cpu
from tests.bench.report import Result, Step
from tests.flows.plant import SERVICES, Plant, running
from tests.servers import scratch_folder
from tests.shopfloor import PLANT
from tests.waiting import until
from tools.mesh.gateway import FOLDER, graph_url
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Program

ALL = (*SERVICES, "telemetry")
AT_ONCE = 4
IDLE = 3.0
"""Seconds for which the platform is watched doing nothing."""
NO_LIMIT = {"PLANTMESH_RATE_PER_SECOND": "1000000", "PLANTMESH_RATE_BURST": "1000000"}
_CALLS = re.compile(r"^plantmesh_gateway_subgraph_duration_seconds_count\{.*\} (\d+)$", re.M)
Variables = dict[str, Any]


@dataclass(frozen=True)
class Spent:
    """CPU seconds up to now, of everything that takes part."""

    gateway: float
    services: float
    postgres: float
    broker: float
    at: float

    def __sub__(self, before: "Spent") -> "Spent":
        """Between two moments."""
        pairs = zip(self, before, strict=True)
        return Spent(*(after - early for after, early in pairs))

    def without(self, idle: "Spent") -> "Spent":
        """What the work cost: all but what as much time costs without any."""
        times, pairs = self.at / idle.at, zip(self, idle, strict=True)
        return Spent(*(max(used - times * rest, 0.0) for used, rest in pairs))

    def __iter__(self) -> Iterator[float]:
        """The figures, in order."""
        return iter((self.gateway, self.services, self.postgres, self.broker, self.at))


class Graph:
    """The gateway before a whole platform, and a client that varies what it asks for."""

    def __init__(self, plant: Plant, gateway: Program, http: aiohttp.ClientSession) -> None:
        self._plant = plant
        self._gateway = gateway
        self._http = http

    async def step(self, name: str, count: int, given: Sequence[Variables], idle: Spent) -> Step:
        """Ask a trusted document `count` times."""
        text = (FOLDER / "operations" / f"{name}.graphql").read_text()
        asked = islice(cycle(given), count)
        calls, before = await self._calls(), self.spent()
        await asyncio.gather(*(self._ask(text, asked) for _ in range(AT_ONCE)))
        used, calls = self.spent() - before, await self._calls() - calls
        work = used.without(idle)
        return Step(
            f"{name}, {calls / count:.1f} calls upstream",
            Cost(count, work.gateway + work.services, used.at),
            {"of it gateway": work.gateway, "PostgreSQL": work.postgres, "broker": work.broker},
        )

    def spent(self) -> Spent:
        """Of all processes."""
        mesh = self._plant.mesh
        services = (program_cpu(mesh.program(name).child.pid) for name in ALL)
        return Spent(
            program_cpu(self._gateway.child.pid),
            sum(services),
            postgres_cpu(mesh.databases["erp"]),
            broker_cpu(mesh.redis_url),
            time.perf_counter(),
        )

    async def _ask(self, text: str, asked: Iterator[Variables]) -> None:
        for variables in asked:
            body = {"query": text, "variables": variables}
            async with self._http.post(graph_url(self._gateway, "http"), json=body) as answer:
                found = await answer.json(content_type=None)
            if "errors" in found or not all(found["data"].values()):
                raise RuntimeError(str(found.get("errors", found))[:500])

    async def _calls(self) -> int:
        url = f"http://{LOOPBACK}:{self._gateway.port('health')}/metrics"
        async with self._http.get(url) as answer:
            return sum(map(int, _CALLS.findall(await answer.text())))


def graph(operations: int = 400, orders: int = 40) -> Result:
    """Orders one by one, and lists of them, through a gateway and seven services."""
    return asyncio.run(_measured(operations, [f"{4711 + n}" for n in range(orders)]))


async def _measured(operations: int, orders: Sequence[str]) -> Result:
    with scratch_folder() as root:
        async with running(root, {}, services=ALL) as plant:
            gateway = await plant.mesh.open_gateway(**NO_LIMIT)
            await _fill(plant, orders)
            token = plant.mesh.issuer.signer.mint(USERS["viewer"])
            headers = {"authorization": f"Bearer {token}"}
            async with aiohttp.ClientSession(headers=headers) as http:
                steps = await _steps(Graph(plant, gateway, http), operations, orders)
    one = steps[0]
    return Result(
        name="graph",
        says="the gateway's share of the CPU of an order's page",
        ratio=one.beside["of it gateway"] / one.cost.cpu,
        aim=0,
        right=True,
        steps=steps,
    )


async def _steps(graph: Graph, operations: int, orders: Sequence[str]) -> list[Step]:
    singles = [{"id": GraphId("Order", PLANT, order).encode()} for order in orders]
    lists = [{"plant": PLANT, "first": first} for first in (9, 10, 11)]
    idle = await _resting(graph.spent)
    await graph.step("order", operations // 4, singles, idle)
    return [
        await graph.step("order", operations, singles, idle),
        await graph.step("orders", operations // 4, lists, idle),
    ]


async def _resting(spent: Callable[[], Spent]) -> Spent:
    before = spent()
    await asyncio.sleep(IDLE)
    return spent() - before


async def _fill(plant: Plant, orders: Sequence[str]) -> None:
    """Each order with one confirmation, its consumption posted and its yield inspected."""

    async def told() -> bool:
        states = [status.document for status in await plant.desk.statuses(orders)]
        done = len(states) >= len(orders) and all(states)
        return done and len(await plant.inspections()) == len(orders)

    await plant.open(orders)
    for order in orders:
        await plant.confirm(order, 1)
    await until(told)
