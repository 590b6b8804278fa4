"""Who owns the work of a service at this moment, and whether it has some in hand."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from tools.mesh.mesh import Mesh

_LOOKS, _BETWEEN = 8, 0.03
_TRIES = 400
Books = dict[str, psycopg.AsyncConnection[tuple[Any, ...]]]


@dataclass(frozen=True)
class Role:
    """What one replica owns. `owner` names it (None: each in turn is tried); `in_hand` gives a row
    for each thing that it has begun and not ended. Both run in the service's database.
    """

    name: str
    in_hand: LiteralString
    owner: LiteralString | None = None
    lasting: bool = False
    """What is in hand names no replica: only what stays so while this one stands still counts."""


RELAY = Role(
    "relay",
    "SELECT partition FROM stream_head WHERE n <> sent_n AND %(who)s <> ''"
    " UNION ALL SELECT partition FROM outbox WHERE n IS NULL",
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    # The relay's own lock: the workflow engine has one too.
    " WHERE l.locktype = 'advisory' AND l.granted AND l.objid = 5262593"
    " AND a.datname = current_database()",
)
CONSUMER = Role(
    "consumer",
    "SELECT topic, partition FROM cursor WHERE owner LIKE %(who)s || '-%%' AND tries_until > n",
)
COMMANDS = Role(
    "commands",
    "SELECT pid FROM pg_stat_activity WHERE application_name = %(who)s"
    " AND datname = current_database() AND backend_xid IS NOT NULL",
)
LANE = Role(
    "lane",
    "SELECT id, attempt FROM lane_entry WHERE state = 'sending' AND %(who)s <> ''",
    lasting=True,
)
COLLECTOR = Role(
    "collector",
    "SELECT pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE a.application_name = %(who)s AND a.datname = current_database()"
    " AND l.relation = 'machine'::regclass AND l.mode = 'RowExclusiveLock'",
    "SELECT holder FROM elector WHERE name = 'collector'",
)
EXECUTOR = Role(
    "executor",
    "SELECT workflow_uuid FROM dbos.workflow_status"
    " WHERE status = 'PENDING' AND executor_id LIKE %(who)s || '-%%'",
)


@dataclass(frozen=True)
class Kill:
    """One that met its victim at work; `in_hand` things were begun and not ended."""

    service: str
    role: str
    victim: str
    in_hand: int
    tries: int


@dataclass
class Hunter:
    """Stops an owner, looks what it has in hand, and kills it if that is anything."""

    mesh: Mesh
    books: Books
    replicas: int
    _turn: int = 0

    async def kill(self, service: str, role: Role) -> Kill:
        """Not before both replicas are up."""
        for replica in range(self.replicas):
            await self.mesh.supervisor.until_ready(f"{service}-{replica}")
        for tries in range(1, _TRIES):
            victim = await self._victim(service, role)
            if victim and (caught := await self._caught(service, role, victim)):
                return Kill(service, role.name, victim, caught, tries)
            await asyncio.sleep(_BETWEEN)
        raise AssertionError(f"the {role.name} of {service} was never met at work")

    async def _victim(self, service: str, role: Role) -> str:
        if role.owner is None:
            self._turn += 1
            return f"{service}-{self._turn % self.replicas}"
        rows = await self._ask(service, role.owner, "")
        return str(rows[0][0]) if rows else ""

    async def _caught(self, service: str, role: Role, victim: str) -> int:
        self.mesh.kill(victim, signal.SIGSTOP)
        if in_hand := await self._in_hand(service, role, victim):
            self.mesh.kill(victim)
            return in_hand
        self.mesh.kill(victim, signal.SIGCONT)
        return 0

    async def _in_hand(self, service: str, role: Role, victim: str) -> int:
        first = set(await self._ask(service, role.in_hand, victim))
        if role.lasting and first:
            for _ in range(_LOOKS):
                await asyncio.sleep(_BETWEEN)
                first &= set(await self._ask(service, role.in_hand, victim))
        return len(first)

    async def _ask(self, service: str, query: LiteralString, who: str) -> Sequence[tuple[Any, ...]]:
        cursor = await self.books[service].execute(query, {"who": who})
        return await cursor.fetchall()


def since(start: float) -> str:
    """Seconds, for people."""
    return f"{time.monotonic() - start:.1f} s"
