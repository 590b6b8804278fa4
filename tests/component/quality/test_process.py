"""Quality as a process beside reference as another: items are followed, facts told in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceStub, InspectionServiceStub
from plantmesh.reference.v1 import reference_pb2
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub
from redis.asyncio import Redis

from services.kit.errors import UnavailableError
from services.kit.migrate import migrate
from services.kit.rpc.client import Peer
from services.quality.__main__ import TOPIC
from tests.component.kit.rpc.desk import Given
from tests.component.quality.messages import (
    applied,
    deciding,
    lot,
    opening,
    output,
    part,
    placing,
    releasing,
    reporting,
)
from tests.servers import IssuerServer, PostgresServer, ValkeyServer, scratch_folder
from tools.mesh.people import CLIENTS, USERS
from tools.mesh.program import Program
from tools.mesh.services import declare

Programs = dict[str, Program]


@pytest.fixture
def programs(
    postgres: PostgresServer, fresh_valkey: ValkeyServer, issuer: IssuerServer, database: str
) -> Iterator[Programs]:
    """Both, up; they share a broker and nothing else."""
    with scratch_folder() as folder:
        reference_database = postgres.dsn("reference", prepared_by=partial(migrate, "reference"))
        running: Programs = {}
        try:
            for name, url in (("reference", reference_database), ("quality", database)):
                env = environment(url, fresh_valkey, issuer, running)
                [program] = declare(name, env, 1).programs(Path(folder))
                program.start()
                running[name] = program
            yield running
        finally:
            for program in running.values():
                program.stop()


def environment(
    url: str, valkey: ValkeyServer, issuer: IssuerServer, running: Programs
) -> dict[str, str]:
    """What the mesh tells a service."""
    env = {
        "PLANTMESH_DATABASE_URL": url,
        "PLANTMESH_REDIS_URL": valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_CLIENT_SECRET": issuer.client_secret("quality"),
        "PLANTMESH_MES_ADDRESS": "127.0.0.1:1",
    }
    for name, program in running.items():
        env[f"PLANTMESH_{name.upper()}_ADDRESS"] = f"127.0.0.1:{program.port('grpc')}"
    return env


@asynccontextmanager
async def calling(program: Program, token: str, *stubs: Any) -> AsyncIterator[list[Any]]:
    """Stubs that carry a token."""
    peer = Peer(f"127.0.0.1:{program.port('grpc')}", Given(token), seconds=10)
    try:
        yield [stub(peer.channel) for stub in stubs]
    finally:
        await peer.close()


def putting(version: str, *, inspected: bool) -> reference_pb2.PutMasterDataRequest:
    """BREAD, inspected or not."""
    bread = reference_pb2.Item(
        item_no="BREAD",
        base_unit="KGM",
        type=reference_pb2.ITEM_TYPE_FINISHED,
        inspection_on_production=inspected,
    )
    return reference_pb2.PutMasterDataRequest(idempotency_key=version, items=[bread])


async def told(url: str, key: str) -> list[str]:
    """The events of a key, as they stand in the stream."""
    async with Redis.from_url(url) as redis:
        entries: Any = await redis.xrange(TOPIC.stream(TOPIC.part_of(key)))
    return [
        fields[b"ce_type"].decode().rpartition(".")[2]
        for _, fields in entries
        if fields[b"ce_partitionkey"].decode() == key
    ]


async def until(fact: Any, wanted: object) -> None:
    """Until `fact()` is what is wanted, or say what it is."""
    found: object = None
    try:
        async with asyncio.timeout(120):
            while (found := await fact()) != wanted:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"{found} is not {wanted}") from None


async def test_a_lot_is_held_released_and_decided_in_two_parts_across_a_kill(
    programs: Programs, issuer: IssuerServer, fresh_valkey: ValkeyServer
) -> None:
    process, steward = issuer.mint(CLIENTS["process"]), issuer.mint(USERS["planner"])
    reference, quality = programs["reference"], programs["quality"]
    async with calling(reference, steward, ReferenceServiceStub) as [master]:
        await master.PutMasterData(putting("1", inspected=True))
        async with calling(quality, process, InspectionServiceStub, HoldServiceStub) as [
            inspections,
            holds,
        ]:
            opened = await inspections.OpenInspections(opening())
            assert opened.results[0].required
            await holds.PlaceHolds(placing())
            await holds.ReportHolds(reporting(applied("CAKE/C1")))
            decided = await inspections.DecideInspections(deciding(part(1, "80")))
        quality.kill()
        quality.start()
        async with calling(quality, process, InspectionServiceStub, HoldServiceStub) as [
            inspections,
            holds,
        ]:
            assert await inspections.DecideInspections(deciding(part(1, "80"))) == decided
            rest = part(2, "20", "QUARANTINE")
            await inspections.DecideInspections(deciding(part(1, "80"), rest, key="rest"))
            await holds.ReleaseHolds(releasing("H1"))
            await holds.ReportHolds(reporting(applied(version=2), key="lifted"))
            await master.PutMasterData(putting("2", inspected=False))

            numbers = count()

            async def due() -> bool:
                other = output(f"later {next(numbers)}", lot=lot("BREAD/LATER"))
                answer = await inspections.OpenInspections(opening(other))
                return bool(answer.results[0].required)

            await until(due, False)
            reference.kill()
            assert not await due()
            with pytest.raises(UnavailableError):
                await inspections.OpenInspections(opening(output("x", lot=lot("NEW/N1"))))
    decided = ["DispositionMade", "DispositionMade"]
    bread = ["InspectionOpened", "LotJudged", *decided, "LotJudged"]
    await until(partial(told, fresh_valkey.url, "lyon/BREAD/L1"), bread)
    steps = ["HoldPlaced", "HoldSettled", "HoldReleased", "HoldSettled"]
    await until(partial(told, fresh_valkey.url, "hold/H1"), steps)
