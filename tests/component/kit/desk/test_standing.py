"""Status and gauges equal a recount of the tables and the streams."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.ops.v1 import desk_pb2 as pb
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub
from psycopg.sql import SQL, Identifier
from redis.asyncio import Redis

from services.kit.backbone.outbox import emit
from services.kit.clock import SystemClock
from services.kit.components import Components
from services.kit.desk.flows import Flow
from services.kit.desk.standing import Standing
from services.kit.lanes.accept import accept
from services.kit.lanes.aside import let_go, set_aside
from services.kit.lanes.desk import Act
from services.kit.migrate import migrate
from services.kit.raw_input import Input, receive
from services.kit.store import Store
from tests.component.kit.desk.works import ERP, TOPIC, Works
from tests.servers import PostgresServer, ValkeyServer

KIT = partial(migrate, "kit")
CONSUMED = f"works < {TOPIC.name}"


async def depths(operator: DeskServiceStub) -> dict[tuple[str, str, str], int]:
    status = await operator.GetStatus(pb.GetStatusRequest())
    return {(flow.kind, flow.name, flow.state): flow.depth for flow in status.flows}


@pytest.fixture
async def busy(works: Works) -> Works:
    """Something waits at every place."""
    works.refused.add("bad")
    await works.tell("lyon/1", "good", "bad", "behind")
    await works.post("lyon/2", "refused", "later", refuse=["refused"])
    await receive(works.store, [Input("erp-1", "order", "4711", b"{}")])
    # Published and not consumed, then committed and not published.
    await publish(works, "lyon/3", 4)
    await works.publish()
    await publish(works, "lyon/4", 3)
    return works


async def publish(works: Works, key: str, count: int) -> None:
    async with works.store.work() as work:
        for _ in range(count):
            emit(work, key, SnapshotRequest(topic="good"))


RECOUNT: dict[tuple[str, str, str], Any] = {
    ("outbox", TOPIC.name, ""): "SELECT count(*) FROM outbox WHERE n IS NULL",
    ("parked", CONSUMED, "dead"): "SELECT count(*) FROM parked_key WHERE state = 'dead'",
    ("lane", "erp-1", "refused"): "SELECT count(*) FROM lane_entry WHERE state = 'refused'",
    ("lane", "erp-1", "behind"): "SELECT count(*) FROM lane_entry WHERE state = 'ready'",
    ("raw_input", "erp-1/order", "received"): "SELECT count(*) FROM raw_input",
}


async def test_status_equals_a_recount(busy: Works, operator: DeskServiceStub) -> None:
    found = await depths(operator)
    for flow, query in RECOUNT.items():
        [(count,)] = await busy.rows(query)
        assert (flow, found[flow]) == (flow, count)
    assert [found[flow] for flow in RECOUNT] == [3, 1, 1, 1, 1]
    [(applied,)] = await busy.rows("SELECT sum(n) FROM cursor")
    published = sum([await busy.redis.xlen(TOPIC.stream(p)) for p in range(TOPIC.partitions)])
    assert found["consumer", CONSUMED, ""] == published - applied == 4


async def test_ages_are_of_the_oldest_that_waits(busy: Works, operator: DeskServiceStub) -> None:
    await busy.rows("UPDATE lane_entry SET accepted_at = now() - interval '1 hour'")
    await busy.rows("UPDATE outbox SET written_at = now() - interval '2 hours' WHERE n IS NULL")
    status = await operator.GetStatus(pb.GetStatusRequest())
    oldest = {(flow.kind, flow.state): flow.oldest_seconds for flow in status.flows}
    assert 3600 <= oldest["lane", "refused"] < 3700
    assert 7200 <= oldest["outbox", ""] < 7300
    assert 0 < oldest["consumer", ""] < 60


async def test_what_a_hold_keeps_back_is_aside_and_waits_anew_when_it_is_let_go(
    works: Works, operator: DeskServiceStub
) -> None:
    key = ERP.id, "held"
    async with works.store.work() as work:
        accept(work, ERP.id, "lyon/5", "held", "posting", b"")
    async with works.store.work() as work:
        await set_aside(work, {key: "the lot is held"}, "quality")
    await works.rows("UPDATE lane_entry SET accepted_at = now() - interval '1 hour'")
    assert (await depths(operator))["lane", ERP.id, "aside"] == 1
    async with works.store.work() as work:
        await let_go(work, [key], Act("quality", "released"))
    [flow] = [one for one in await works.standing.flows() if one.kind == "lane"]
    assert (flow.state, flow.depth) == ("ready", 1)
    assert flow.oldest < 600


async def test_what_is_empty_shows_zero(works: Works, operator: DeskServiceStub) -> None:
    assert await depths(operator) == {("outbox", TOPIC.name, ""): 0, ("lane", "erp-1", ""): 0}


async def test_parts_that_are_not_well_say_why(works: Works, operator: DeskServiceStub) -> None:
    works.components.add("relay").degraded("no broker")
    status = await operator.GetStatus(pb.GetStatusRequest())
    [part] = [flow for flow in status.flows if flow.kind == "component"]
    assert (part.name, part.state, part.detail) == ("relay", "degraded", "no broker")


async def test_without_its_broker_the_database_still_tells(
    busy: Works, fresh_valkey: ValkeyServer
) -> None:
    broker = Redis.from_url(fresh_valkey.url)
    standing = Standing(busy.store, broker, TOPIC.name, busy.components, SystemClock())
    fresh_valkey.kill()
    flows = {(flow.kind, flow.state): flow for flow in await standing.flows()}
    assert flows["outbox", ""].depth == 3
    assert flows["consumer", "unknown"].detail.startswith("broker: ")
    await standing.close()
    await broker.aclose()


async def test_without_its_database_the_parts_still_tell(
    postgres: PostgresServer, valkey: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, broker = postgres.dsn("kit", prepared_by=KIT), Redis.from_url(valkey.url)
    name, parts = urlsplit(url).path[1:], Components()
    parts.add("audit").degraded("the database cannot be reached")

    async def standing() -> dict[str, Flow]:
        """As a process sees it that has just connected."""
        store = Store(url)
        found = Standing(store, broker, TOPIC.name, parts, SystemClock())
        try:
            return {flow.kind: flow for flow in await found.read()}
        finally:
            await found.close()
            await store.close()

    assert "database" not in await standing()
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        switch = "ALTER DATABASE {} SET default_transaction_read_only = on"
        connection.execute(SQL(switch).format(Identifier(name)))
    found = await standing()
    assert (found["database"].name, found["database"].state) == (name, "read_only")
    assert found["outbox"].depth == 0, "it can still be read"

    monkeypatch.setattr("services.kit.desk.standing.PATIENCE", 0.3)
    with psycopg.connect(url) as holder:
        holder.execute("SET TRANSACTION READ WRITE")
        holder.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        found = await standing()
    assert (found["database"].state, found["component"].state) == ("silent", "degraded")

    postgres.drop(url)
    found = await standing()
    assert found["database"].state in ("away", "silent")
    assert found["component"].detail == "the database cannot be reached"
    await broker.aclose()


async def test_gauges_show_what_was_looked_at(busy: Works, operator: DeskServiceStub) -> None:
    await busy.standing.look()
    readings = {
        (labels["kind"], labels["name"], labels["state"]): value
        for value, labels in busy.standing.depths()
    }
    assert readings == await depths(operator)
    ages = [value for value, labels in busy.standing.ages() if labels["kind"] == "outbox"]
    assert ages[0] > 0
