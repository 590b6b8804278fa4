"""The process of mes: it comes up on migrated tables and ends when asked."""

import asyncio
import os
import signal
import sys

from tests.copies import NOWHERE
from tests.servers import IssuerServer, ValkeyServer


async def test_mes_comes_up_and_ends_in_order(
    database: str, valkey: ValkeyServer, issuer: IssuerServer
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.mes",
        stdout=asyncio.subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PLANTMESH_DATABASE_URL": database,
            "PLANTMESH_REDIS_URL": valkey.url,
            "PLANTMESH_JWKS_URL": issuer.jwks_url,
            "PLANTMESH_ISSUER": issuer.url,
            **NOWHERE,
        },
    )
    assert process.stdout
    try:
        async with asyncio.timeout(120):
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
