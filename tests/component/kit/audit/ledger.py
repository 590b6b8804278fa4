"""A service called works that records changes, with its sealer, anchors and verifier."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from plantmesh.ops.v1.audit_pb2_grpc import add_AuditServiceServicer_to_server
from redis.asyncio import Redis

from services.kit.audit import Change, record
from services.kit.audit.anchor import FileAnchor, StreamAnchor
from services.kit.audit.anchored import compare_anchors
from services.kit.audit.archive import Archive
from services.kit.audit.archivist import Archivist
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.keeper import Keeper
from services.kit.audit.keys import Keyring, SigningKey
from services.kit.audit.record import PARTITIONS, part_of
from services.kit.audit.sealer import Sealer
from services.kit.audit.servicer import AuditServicer
from services.kit.audit.verify import Verifier
from services.kit.backbone.outbox import Outbox
from services.kit.backbone.topic import Topic
from services.kit.rpc.server import RpcServer
from services.kit.store import Row, Store
from tests.component.kit.rpc.desk import verifier

KEY = SigningKey(bytes(range(32)))


@dataclass
class Ledger:
    """`superuser` is the same database without triggers, as a DBA has it."""

    store: Store
    superuser: str
    redis: "Redis"
    file: FileAnchor
    stream: StreamAnchor
    archive: Archive
    withheld: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, url: str, superuser: str, broker: str, path: Path) -> Self:
        """On a migrated database."""
        store = Store(url)
        store.bind(Outbox(Topic("plantmesh.works")))
        redis = Redis.from_url(broker)
        everything = urlunsplit(urlsplit(superuser)._replace(path=urlsplit(url).path))
        stream, archive = StreamAnchor(redis, "works.audit"), Archive(path.parent / "kept", "works")
        return cls(store, everything, redis, FileAnchor(path), stream, archive)

    @property
    def anchors(self) -> tuple[FileAnchor, StreamAnchor]:
        """Both kinds."""
        return self.file, self.stream

    @property
    def archivist(self) -> Archivist:
        """Of its chains."""
        return Archivist(self.store, Keyring([KEY.public]), self.anchors, self.archive)

    def sealer(self, *, batch: int = 1000, key: SigningKey = KEY) -> Sealer:
        """Of its own transactions."""
        return Sealer(self.store, "works", key, batch=batch)

    def keeper(self, *, batch: int = 1000) -> Keeper:
        """The part of a process."""
        return Keeper(self.store, self.sealer(batch=batch), self.anchors, "test", pause=0.05)

    async def change(self, *keys: str, reason: str = "because") -> None:
        """One transaction with a row a key."""
        async with self.store.work() as work:
            record(work, *(Change("thing", key, {"n": 1}, {"n": 2}, reason) for key in keys))

    async def verify(self, *, keys: Keyring | None = None, limit: int = 50) -> list[Finding]:
        """All of it, from the first seal, and the anchors."""
        verifier = Verifier("works", keys or Keyring([KEY.public]))
        findings = []
        for partition in range(PARTITIONS):
            after, ended = 0, False
            while not ended:
                async with self.store.work() as work:
                    part = await verifier.step(work, partition, after, limit)
                findings += part.findings
                after, ended = part.end.no, part.ended
        return findings + await compare_anchors(self.store, self.anchors)

    async def flaws(self, **options: Any) -> list[tuple[Flaw, int, int]]:
        """What was found: flaw, seal, row."""
        return [(one.flaw, one.seal, one.seq) for one in await self.verify(**options)]

    async def rows(self, query: Any, *params: object) -> list[Row]:
        """Ask as the service may."""
        async with self.store.work() as work:
            return await work.sql(query, params)

    async def all_sealed(self) -> bool:
        """Whether nothing waits."""
        return not await self.rows("SELECT 1 FROM audit_unsealed LIMIT 1")

    def tamper(self, *statements: Any) -> None:
        """As superuser, with the triggers off."""
        with psycopg.connect(self.superuser) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                assert connection.execute(statement).rowcount > 0, statement

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[RpcServer]:
        """Its audit behind a real port."""
        verifying = Verifier("works", Keyring([KEY.public]))
        servicer = AuditServicer(self.store, verifying, self.anchors, self.withheld, self.archivist)
        registration = add_AuditServiceServicer_to_server, servicer
        server = RpcServer(verifier(), [registration], bind="127.0.0.1", port=0)
        await server.start()
        try:
            yield server
        finally:
            await server.stop(0)

    async def close(self) -> None:
        """Let go."""
        await self.redis.aclose()
        await self.store.close()


def in_one_chain(count: int) -> Sequence[str]:
    """Keys of the partition 0."""
    return [key for key in (f"lyon/{n}" for n in range(20 * count)) if part_of(key) == 0][:count]
