"""The process of telemetry: without sources it answers what it knows, and ends when asked."""

import asyncio
import os
import signal
import sys

from services.mes.consumers import COUNTS, TELEMETRY
from services.telemetry.__main__ import SUBSCRIBERS, TOPIC
from tests.servers import IssuerServer, ValkeyServer


async def test_telemetry_comes_up_without_sources_and_ends_in_order(
    database: str, valkey: ValkeyServer, issuer: IssuerServer
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.telemetry",
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PLANTMESH_DATABASE_URL": database,
            "PLANTMESH_REDIS_URL": valkey.url,
            "PLANTMESH_JWKS_URL": issuer.jwks_url,
            "PLANTMESH_ISSUER": issuer.url,
        },
    )
    assert process.stdout
    try:
        async with asyncio.timeout(30):
            said = ""
            while '"grpc"' not in said or '"health"' not in said:
                line = (await process.stdout.readline()).decode()
                assert line, said
                said += line
            process.send_signal(signal.SIGTERM)
            said += (await process.stdout.read()).decode()
            assert await process.wait() == 0, said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_nothing_is_trimmed_before_mes_has_counted_it() -> None:
    assert TELEMETRY == TOPIC
    assert COUNTS in SUBSCRIBERS
