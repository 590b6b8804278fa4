"""Bringing every service's database to the newest schema before the services start."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.mesh.errors import MeshError
from tools.mesh.program import HERE, surroundings

_AT_ONCE = 2


async def migrate(databases: Mapping[str, str]) -> None:
    """Run `services.kit.migrate` for each service and its URL; raises MeshError with its words."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def one(service: str, url: str) -> None:
        async with turns:
            await _migrate(service, url)

    each = (one(service, url) for service, url in databases.items())
    for outcome in await asyncio.gather(*each, return_exceptions=True):
        if outcome is not None:
            raise outcome


async def _migrate(service: str, url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "services.kit.migrate", service),
        env=surroundings() | {"PLANTMESH_DATABASE_URL": url},
        cwd=Path(HERE),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode != 0:
        words = output.decode(errors="replace").strip()
        raise MeshError(f"the database of {service} could not be migrated:\n{words}")
