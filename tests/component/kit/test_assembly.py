"""An assembled service as a real process: events and postings flow, gauges recount, it drains."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
import pytest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.ops.v1 import desk_pb2 as pb
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub
from prometheus_client.parser import text_string_to_metric_families

from services.kit.audit.keys import written
from services.kit.backbone.outbox import Outbox, emit
from services.kit.errors import UnavailableError
from services.kit.lanes.accept import accept
from services.kit.lanes.systems import System, put_system
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.kit.store import Store
from tests.component.kit.assembly_process import TOPIC
from tests.component.kit.rpc.desk import Given
from tests.promql.scraped import alerts_about
from tests.scrape import samples, strangers
from tests.servers import IssuerServer, PostgresServer, ValkeyServer
from tests.waiting import until
from tools.mesh.ports import free_port
from tools.mesh.tokens import Bearer

HERE = Path(__file__).parents[3]
DESK = "plantmesh.ops.v1.DeskService"
SHOWN = {
    "plantmesh_audit_anchored",
    "plantmesh_audit_findings_total",
    "plantmesh_backbone_events_total",
    "plantmesh_component_state",
    "plantmesh_database_connections",
    "plantmesh_elector_epoch",
    "plantmesh_elector_leading",
    "plantmesh_flow_oldest_seconds",
    "plantmesh_lane_events_total",
    "plantmesh_rpc_duration_seconds_bucket",
}


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """The service's database."""
    return postgres.dsn("assembly", prepared_by=partial(migrate, "kit"))


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The same, as a test writes business into it."""
    store = Store(url)
    store.bind(Outbox(TOPIC))
    yield store
    await store.close()


@pytest.fixture
def environment(url: str, fresh_valkey: ValkeyServer, issuer: IssuerServer) -> dict[str, str]:
    """As the chart tells a service: passwords beside the addresses, out of Secrets."""
    database, database_password = _apart(url)
    broker, broker_password = _apart(fresh_valkey.url)
    return {
        **os.environ,
        "PLANTMESH_DATABASE_URL": database,
        "PGPASSWORD": database_password,
        "PLANTMESH_REDIS_URL": broker,
        "PLANTMESH_REDIS_PASSWORD": broker_password,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_GRPC_PORT": str(free_port()),
        "PLANTMESH_METRICS_PORT": str(free_port()),
        "PLANTMESH_INSTANCE": "works-0",
        "PLANTMESH_AUDIT_KEY": written(bytes(32)),
    }


def _apart(url: str) -> tuple[str, str]:
    """The URL without its password, and the password."""
    password = unquote(urlsplit(url).password or "")
    return url.replace(f":{password}@", "@"), password


@asynccontextmanager
async def running(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.component.kit.assembly_process"),
        cwd=HERE,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def status(desk: DeskServiceStub) -> dict[tuple[str, str, str], int]:
    found = await desk.GetStatus(pb.GetStatusRequest())
    return {(flow.kind, flow.name, flow.state): flow.depth for flow in found.flows}


async def scraped(port: str) -> str:
    """The page that Prometheus reads."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as answer,
    ):
        return await answer.text()


async def gauges(port: str) -> dict[tuple[str, str, str], int]:
    """plantmesh.flow.depth of that page."""
    return {
        (sample.labels["kind"], sample.labels["name"], sample.labels["state"]): int(sample.value)
        for family in text_string_to_metric_families(await scraped(port))
        for sample in family.samples
        if sample.name.startswith("plantmesh_flow_depth")
    }


def same(found: dict[tuple[str, str, str], int]) -> dict[tuple[str, str, str], int]:
    return {flow: depth for flow, depth in found.items() if flow[0] != "component"}


async def test_assembled_service_lives_shows_itself_and_drains(
    store: Store, environment: dict[str, str], issuer: IssuerServer
) -> None:
    async with store.work() as work:
        await put_system(work, System("erp-1", "memory", ("lyon",), budget=1000))
        accept(work, "erp-1", "lyon/1", "ref-1", "posting", b"")
        for topic in ("good", "bad", "behind"):
            emit(work, "lyon/1", SnapshotRequest(topic=topic))
    token = issuer.mint(Bearer("operator", ("operate",)))
    peer = Peer(f"127.0.0.1:{environment['PLANTMESH_GRPC_PORT']}", Given(token))
    desk = DeskServiceStub(peer.channel)
    wanted = {
        ("outbox", TOPIC.name, ""): 0,
        ("subscriber", "works", ""): 0,
        ("parked", f"works < {TOPIC.name}", "dead"): 1,
        ("lane", "erp-1", ""): 0,
        ("consumer", f"works < {TOPIC.name}", ""): 0,
    }
    async with running(environment) as process:

        async def settled() -> bool:
            assert process.returncode is None
            try:
                return same(await status(desk)) == wanted
            except UnavailableError:
                return False

        async def shown() -> bool:
            return await gauges(environment["PLANTMESH_METRICS_PORT"]) == wanted

        await until(settled)
        components = {name for kind, name, _ in await status(desk) if kind == "component"}
        assert components >= {
            "relay",
            "pruning",
            "gauges",
            "consumer works",
            "lanes",
            "grpc",
            "audit",
        }
        await until(shown)

        async def all_shown() -> bool:
            page = await scraped(environment["PLANTMESH_METRICS_PORT"])
            return {name for name, _ in samples(page)} >= SHOWN

        await until(all_shown)
        page = await scraped(environment["PLANTMESH_METRICS_PORT"])
        assert not list(strangers(page))
        assert f'{{code="OK",method="{DESK}/GetStatus"' in page
        assert alerts_about(page, "plantmesh/works") == {"PlantmeshDeadLetters"}
        process.send_signal(signal.SIGTERM)
        said, _ = await process.communicate()
        assert process.returncode == 0
    await peer.close()
    lines = [json.loads(line) for line in said.decode().splitlines()]
    assert not [line for line in lines if line["level"] == "error"]
    async with store.work() as work:
        rows: list[Any] = await work.sql("SELECT state FROM lane_entry")
    assert rows == [("posted",)]
