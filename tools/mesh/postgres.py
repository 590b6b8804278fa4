"""PostgreSQL 18 of our own: loopback only, passwords asked, a role and a database per service."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg import sql

from tools.mesh import account, binaries
from tools.mesh.child import Child
from tools.mesh.errors import MeshError
from tools.mesh.files import remembered_secret
from tools.mesh.ports import LOOPBACK
from tools.mesh.server import Server

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_messages": "warning",
}
# The kernel keeps what a killed process wrote; only a power cut needs these. Tests that race meet
# deadlocks on purpose, and would wait a second for each to be noticed.
_VOLATILE = {"fsync": "off", "full_page_writes": "off", "deadlock_timeout": "50ms"}
_INITDB = [
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]


class Postgres(Server):
    """A cluster kept under `root`, or nearby where its account cannot reach that.

    `durable=False` skips fsync: for tests, which kill processes and not the machine.
    """

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        super().__init__(root, "postgres")
        self._durable = durable
        self._account = account.unprivileged()
        self._bin = binaries.postgres_bin(self._account)
        self._data = account.within_reach(self.root / "postgres", self._account)

    @property
    def url(self) -> str:
        """Of the superuser, for the mesh itself; services get database()."""
        superuser = Role("postgres", self._password("postgres"))
        return superuser.url(f"//{LOOPBACK}:{self.ports.of(self.name)}", "postgres")

    @property
    def data(self) -> Path:
        """The folder of its cluster."""
        return self._data

    def program(self, name: str) -> Path:
        """Where a tool of PostgreSQL's own is, such as pg_basebackup."""
        return self._bin / name

    def hand_over(self, folder: Path) -> None:
        """Give what was restored to the account that the server runs as, and to nobody else."""
        account.private_folder(folder, self._account)
        if self._account is not None:
            for path in folder.rglob("*"):
                os.chown(path, self._account.uid, self._account.gid)

    def command(self) -> Child:
        """The server over its cluster, which is made first if need be."""
        if not (self._data / "PG_VERSION").exists():
            self._create()
        self._forget_stranger()
        settings = _SETTINGS | ({} if self._durable else _VOLATILE)
        settings |= {"port": str(self.ports.take(self.name))}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name=self.name,
            argv=[str(self._bin / "postgres"), "-D", str(self._data), *options],
            log=self.log,
            pid_file=self.pid_file,
            account=self._account,
            stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client
            grace=20,
        )

    def answers(self) -> bool:
        """Whether the superuser can log in."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def database(self, service: str) -> str:
        """The URL of `service`'s own database, made with its role unless they exist."""
        return provide(self.url, service, self._password(service))

    def _password(self, role: str) -> str:
        return remembered_secret(self.root / "secrets" / f"postgres-{role}")

    def _create(self) -> None:
        """Run initdb; the password is handed over in a file that only its account may read."""
        account.private_folder(self._data, self._account)
        who = self._account
        with NamedTemporaryFile("w", prefix="plantmesh-") as password:
            password.write(self._password("postgres"))
            password.flush()
            if who is not None:
                os.chown(password.name, who.uid, who.gid)
            program = [str(self._bin / "initdb"), "-D", str(self._data), *_INITDB]
            sync = [] if self._durable else ["--no-sync"]
            done = subprocess.run(
                account.run_as(who, [*program, f"--pwfile={password.name}", *sync]),
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env={},
            )
        if done.returncode != 0:
            raise MeshError(f"initdb failed: {done.stderr.strip()}")

    def _forget_stranger(self) -> None:
        """Drop a lock file whose pid belongs to another program since the machine restarted."""
        lock = self._data / "postmaster.pid"
        if not lock.exists():
            return
        with suppress(psutil.Error):
            owner = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
            if str(self._data) not in owner.cmdline():
                lock.unlink()


def provide(url: str, service: str, password: str) -> str:
    """Make database and role of `service` where the superuser's `url` points; gives their URL."""
    role = Role(service, password)
    with psycopg.connect(url, autocommit=True) as connection:
        role.create(connection)
        create_database(connection, service, owner=role.name)
        for common in ("postgres", "template1"):
            close_to_public(connection, common)
    return role.url(url, service)


@dataclass(frozen=True)
class Role:
    """A service's login. It owns its database and may connect to no other."""

    name: str
    password: str

    def url(self, like: str, database: str) -> str:
        """Of `database` on the server that the URL `like` names."""
        where = urlsplit(like).netloc.rpartition("@")[2]
        return f"postgresql://{self.name}:{self.password}@{where}/{database}"

    def create(self, connection: psycopg.Connection) -> None:
        """Make the role, or give it this password if it exists."""
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [self.name])
        verb = sql.SQL("ALTER" if known.fetchone() else "CREATE")
        statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}")
        name = sql.Identifier(self.name)
        connection.execute(statement.format(verb, name, sql.Literal(self.password)))


def create_database(
    connection: psycopg.Connection, name: str, *, owner: str, template: str = "template1"
) -> None:
    """Make database `name` unless it exists; only `owner` may connect to it."""
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    if known.fetchone():
        return
    database = sql.Identifier(name)
    create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy")
    connection.execute(create.format(database, sql.Identifier(owner), sql.Identifier(template)))
    close_to_public(connection, name)


def close_to_public(connection: psycopg.Connection, database: str) -> None:
    """Take from every role the right to connect that PostgreSQL grants by default."""
    revoke = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
    connection.execute(revoke.format(sql.Identifier(database)))
