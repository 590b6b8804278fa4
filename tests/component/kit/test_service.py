"""A whole process: health, the order of its end, and what the death of a part means."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.kit.signals.setup import CLOSE_SECONDS
from tests.servers import IssuerServer, PostgresServer
from tools.mesh.tokens import Bearer

SCRIPT = f"{os.path.dirname(__file__)}/service_process.py"
UP = {"startup": True, "readiness": True, "liveness": True}


class Running:
    """The process, the lines it said, and questions to its ports."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: list[str] = []
        self.logged: list[dict[str, Any]] = []
        self.ports: dict[str, int] = {}

    async def until(self, text: str) -> None:
        """Read on until it says `text`."""
        while text not in self.said:
            await self._read()

    async def up(self) -> None:
        """Read on until every port is known, and it is ready."""
        while self.ports.keys() < {"grpc", "graph", "health"}:
            await self._read()
        await self.until_ready(True)

    async def end(self) -> int:
        """Everything it still says, and its exit code."""
        assert self.process.stdout
        while not self.process.stdout.at_eof():
            await self._read()
        return await self.process.wait()

    async def health(self) -> dict[str, bool]:
        """The three answers."""
        async with self._health_port() as stub:
            return {
                name: (await stub.Check(health_pb2.HealthCheckRequest(service=name))).status == 1
                for name in UP
            }

    @property
    def graph(self) -> str:
        """Where its graph is asked."""
        return f"http://127.0.0.1:{self.ports['graph']}/graphql"

    async def until_ready(self, wanted: bool) -> None:
        """Watch readiness until it is as `wanted`."""
        async with self._health_port() as stub:
            async for answer in stub.Watch(health_pb2.HealthCheckRequest(service="readiness")):
                if (answer.status == 1) is wanted:
                    return

    @asynccontextmanager
    async def _health_port(self) -> AsyncIterator[health_pb2_grpc.HealthStub]:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{self.ports['health']}") as channel:
            yield health_pb2_grpc.HealthStub(channel)

    async def _read(self) -> None:
        assert self.process.stdout
        line = (await asyncio.wait_for(self.process.stdout.readline(), 90)).decode().strip()
        if line.startswith("{"):
            entry = json.loads(line)
            self.logged.append(entry)
            if entry["event"] == "listening":
                self.ports[entry["component"]] = entry["port"]
        elif line:
            self.said.append(line)


@asynccontextmanager
async def service(
    postgres: PostgresServer, issuer: IssuerServer, fate: str, **more: str
) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        SCRIPT,
        fate,
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PLANTMESH_DATABASE_URL": postgres.url,
            "PLANTMESH_REDIS_URL": "redis://127.0.0.1:1",
            "PLANTMESH_JWKS_URL": issuer.jwks_url,
            "PLANTMESH_ISSUER": issuer.url,
            "PLANTMESH_INSTANCE": "shop-1",
            **more,
        },
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
def token(issuer: IssuerServer) -> str:
    return issuer.mint(Bearer("alice", ()))


async def test_a_stop_answers_what_is_under_way_and_ends_in_order(
    postgres: PostgresServer, issuer: IssuerServer, token: str
) -> None:
    async with service(postgres, issuer, "live", PLANTMESH_UNREADY_SECONDS="1.5") as running:
        await running.up()
        async with aiohttp.ClientSession() as http:
            asked = asyncio.create_task(
                http.post(
                    running.graph,
                    json={"query": "{ who }"},
                    headers={"authorization": f"Bearer {token}"},
                )
            )
            await running.until("under way")
            running.process.send_signal(signal.SIGTERM)
            await running.until_ready(False)
            assert await running.health() == {**UP, "readiness": False}
            # Balancers notice late: until then who comes is served.
            async with aiohttp.ClientSession() as late, late.get(running.graph) as served:
                assert served.status < 500
            async with await asked as answer:
                assert await answer.json() == {"data": {"who": "alice alice"}}
                assert answer.headers["connection"] == "close", "the next one goes elsewhere"
        assert await running.end() == 0
    assert running.said == ["under way", "stopped consumer", "stopped relay", "closed"]
    assert running.logged[-1]["event"] == "ended"
    assert {entry["service"] for entry in running.logged} == {"shop"}


async def test_a_part_that_dies_ends_the_process_and_says_which(
    postgres: PostgresServer, issuer: IssuerServer
) -> None:
    async with service(postgres, issuer, "die") as running:
        assert await running.end() == 1
    (death,) = [entry for entry in running.logged if entry["event"] == "a part died"]
    assert death["component"] == "relay"
    assert "the loop broke" in death["exception"]
    assert running.said == ["stopped consumer", "closed"]


async def test_a_part_that_does_not_stop_is_left_behind(
    postgres: PostgresServer, issuer: IssuerServer
) -> None:
    async with service(postgres, issuer, "hang", PLANTMESH_DRAIN_SECONDS="0.3") as running:
        await running.up()
        running.process.send_signal(signal.SIGINT)
        assert await running.end() == 1
    assert any(entry["event"] == "a part did not stop in time" for entry in running.logged)
    assert running.said == ["stopped consumer", "closed"]


async def test_parts_that_do_not_stop_share_the_time_that_there_is(
    postgres: PostgresServer, issuer: IssuerServer
) -> None:
    async with service(postgres, issuer, "hang all", PLANTMESH_DRAIN_SECONDS="1") as running:
        await running.up()
        running.process.send_signal(signal.SIGTERM)
        assert await running.end() == 1
    (drained,) = [entry for entry in running.logged if entry["event"] == "drained"]
    assert drained["seconds"] < 1.5


async def test_a_collector_of_signals_that_does_not_answer_keeps_nobody(
    postgres: PostgresServer, issuer: IssuerServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told = {"PLANTMESH_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        async with service(postgres, issuer, "live", **told) as running:
            await running.up()
            running.process.send_signal(signal.SIGTERM)
            await running.until("closed")
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                assert await running.end() == 0


async def test_asked_twice_it_ends_at_once(postgres: PostgresServer, issuer: IssuerServer) -> None:
    async with service(postgres, issuer, "hang") as running:
        await running.up()
        running.process.send_signal(signal.SIGTERM)
        await running.until("stopped consumer")
        running.process.send_signal(signal.SIGTERM)
        assert await running.end() == 128 + signal.SIGTERM


async def test_a_broker_that_is_away_takes_nobody_out(
    postgres: PostgresServer, issuer: IssuerServer
) -> None:
    async with service(postgres, issuer, "degraded") as running:
        await running.up()
        running.process.send_signal(signal.SIGTERM)
        assert await running.end() == 0
    (entry,) = [entry for entry in running.logged if entry.get("state") == "degraded"]
    assert (entry["component"], entry["reason"]) == ("relay", "no broker")


async def test_a_missing_setting_is_named(postgres: PostgresServer, issuer: IssuerServer) -> None:
    async with service(postgres, issuer, "live", PLANTMESH_GRAPH_PORT="none") as running:
        assert await running.end() == 1
