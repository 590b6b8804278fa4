"""A Tryton for tests: its own process over a fresh database, killed and started at will."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.mesh.program import Program
from tools.peers.tryton.desk import Desk
from tools.peers.tryton.place import Login, Place, declare, settle
from tools.peers.tryton.template import ROLE


@dataclass(frozen=True)
class Tryton:
    """What a test needs of it."""

    place: Place
    program: Program
    desk: Desk

    @property
    def url(self) -> str:
        """http://host:port/database/; JSON-RPC is at rpc/ below."""
        return self.place.url

    @property
    def database(self) -> str:
        """postgresql://... as the owner of its tables."""
        return self.place.database

    @property
    def adapter(self) -> Login:
        """The platform's user."""
        return self.place.adapter

    @property
    def admin(self) -> Login:
        """The administrator, for what the adapter must not do."""
        return self.place.admin

    async def run(self, verb: str, task: dict[str, Any]) -> dict[str, Any]:
        """A task for the administrator's desk: introduce, release, trade, read..."""
        return await self.desk.run(verb, task)

    async def kill(self) -> None:
        """kill -9."""
        await asyncio.to_thread(self.program.kill)

    async def start(self) -> None:
        """Back on the same port and database, ready when a login is answered."""
        await asyncio.to_thread(self.program.start)


@asynccontextmanager
async def tryton(root: Path, server: str, name: str = ROLE) -> AsyncIterator[Tryton]:
    """One over a fresh database `name` on `server`, a PostgreSQL superuser's URL."""
    place = await asyncio.to_thread(settle, root, server, name)
    [program] = declare(place).programs(root)
    try:
        async with Desk(place.url, place.admin) as desk:
            peer = Tryton(place, program, desk)
            await peer.start()
            yield peer
    finally:
        await asyncio.to_thread(program.stop)
