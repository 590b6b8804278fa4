"""The servers that tests talk to: embedded ones, or what the environment names."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from urllib.parse import urlsplit

import psutil
import psycopg
import psycopg.sql
import pytest
import redis

from tools.mesh.child import leftover, remember, sweep
from tools.mesh.issuer import Issuer
from tools.mesh.postgres import Postgres, Role, create_database
from tools.mesh.valkey import Valkey

_PREFIX = "plantmesh-test-"
_MEMORY = Path("/dev/shm")
_ROOM = 12 * 1024**3
"""Bytes that some hundred databases may take, 8 MB each, twice over."""
_FOREIGN = "this server is named by the environment and not ours to stop"


class PostgresServer:
    """A cluster for tests; every dsn() is a fresh database with a role of its own."""

    def __init__(self, url: str, embedded: Postgres | None = None) -> None:
        self.url = url
        self._embedded = embedded
        self._prepared: dict[tuple[str, Callable[[str], None]], tuple[str, Role]] = {}

    def dsn(self, name: str, prepared_by: Callable[[str], None] | None = None) -> str:
        """The URL of a new database named after `name`, as its owner.

        `prepared_by(url)` fills it (migrations, say): once a session, later calls copy the result.
        """
        if prepared_by is None:
            return self._create(name, _role(name))
        key = name, prepared_by
        if key not in self._prepared:
            role = _role(name)
            template = self._create(name, role)
            prepared_by(template)
            self._prepared[key] = urlsplit(template).path[1:], role
        template, role = self._prepared[key]
        return self._create(name, role, template)

    def drop(self, dsn: str) -> None:
        """Remove a database that dsn() made, whoever is connected."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            name = psycopg.sql.Identifier(urlsplit(dsn).path[1:])
            connection.execute(psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def stop(self) -> None:
        """Shut down in order; start() brings it back on the same port."""
        self._own().stop()

    def start(self) -> None:
        """After stop() or kill()."""
        self._own().start()

    def restart(self) -> None:
        """Shut down in order and start."""
        self._own().restart()

    def kill(self) -> None:
        """kill -9 of all its processes."""
        self._own().kill()

    def _own(self) -> Postgres:
        if self._embedded is None:
            pytest.skip(_FOREIGN)
        return self._embedded

    def _create(self, name: str, role: Role, template: str = "template1") -> str:
        database = f"{name}_{token_hex(4)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            role.create(connection)
            create_database(connection, database, owner=role.name, template=template)
        return role.url(self.url, database)


class ValkeyServer:
    """A broker for tests; `url` carries the password and stays the same over restarts."""

    def __init__(self, url: str, embedded: Valkey | None = None) -> None:
        self.url = url
        self._embedded = embedded

    def clear(self) -> None:
        """Remove everything in it (FLUSHALL)."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        """Shut down in order; what it held is gone."""
        self._own().stop()

    def start(self) -> None:
        """After stop() or kill(); empty, on the same port."""
        self._own().start()

    def restart(self) -> None:
        """Shut down in order and start empty."""
        self._own().restart()

    def kill(self) -> None:
        """kill -9."""
        self._own().kill()

    def _own(self) -> Valkey:
        if self._embedded is None:
            pytest.skip(_FOREIGN)
        return self._embedded


@contextmanager
def postgres_server(*, quick: bool = False) -> Iterator[PostgresServer]:
    """What PLANTMESH_TEST_POSTGRES (a superuser's URL) names, or an embedded cluster.

    A `quick` one is kept in memory where there is room: making a database takes a thirtieth of the
    time that a disk may take, and removing them all none.
    """
    if url := os.environ.get("PLANTMESH_TEST_POSTGRES"):
        yield PostgresServer(url)
        return
    with scratch_folder(_MEMORY if quick and _has_room() else None) as root:
        embedded = Postgres(root, durable=False)
        embedded.start()
        try:
            yield PostgresServer(embedded.url, embedded)
        finally:
            embedded.kill()


@contextmanager
def valkey_server(*, private: bool = False) -> Iterator[ValkeyServer]:
    """What PLANTMESH_TEST_REDIS names, or an embedded process; a private one is always ours."""
    if not private and (url := os.environ.get("PLANTMESH_TEST_REDIS")):
        yield ValkeyServer(url)
        return
    with scratch_folder() as root:
        embedded = Valkey(root)
        embedded.start()
        try:
            yield ValkeyServer(embedded.url, embedded)
        finally:
            embedded.kill()


class IssuerServer:
    """The development issuer, for tests that need tokens as services verify them."""

    def __init__(self, embedded: Issuer) -> None:
        self.root = embedded.root
        self.url = embedded.url
        self.jwks_url = embedded.jwks_url
        self.mint = embedded.signer.mint
        self.client_secret = embedded.secrets.of_client
        self.user_password = embedded.secrets.of_user


@contextmanager
def issuer_server() -> Iterator[IssuerServer]:
    """A real process, with a key of its own."""
    with scratch_folder() as root:
        embedded = Issuer(root)
        embedded.start()
        try:
            yield IssuerServer(embedded)
        finally:
            embedded.kill()


def end_abandoned() -> None:
    """End and remove what a test run left behind that was itself killed."""
    folders = [Path(tempfile.gettempdir()), _MEMORY]
    for root in (one for folder in folders for one in folder.glob(f"{_PREFIX}*")):
        if (root / "owner").exists() and leftover(root / "owner") is None:
            for pid_file in (root / "run").glob("*.pid"):
                sweep(pid_file, grace=0)
            shutil.rmtree(root, ignore_errors=True)


@contextmanager
def scratch_folder(where: Path | None = None) -> Iterator[Path]:
    """A folder that tells whose it is, open to the account the servers run as."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=where, ignore_cleanup_errors=True) as name:
        root = Path(name)
        remember(os.getpid(), root / "owner")
        root.chmod(0o711)
        yield root


def _has_room() -> bool:
    if not _MEMORY.is_dir():
        return False
    free = shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available
    return min(free) > _ROOM


def _role(name: str) -> Role:
    return Role(f"{name}_{token_hex(4)}", token_hex(16))
