"""PostgreSQL 18 of our own: loopback only, passwords asked, a role and a database per service."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import psutil
import psycopg
from psycopg import sql

from tools.mesh import account, binaries
from tools.mesh.child import Child, identity, sweep
from tools.mesh.errors import MeshError
from tools.mesh.ports import LOOPBACK, free_port, is_free
from tools.mesh.secret import remembered_secret
from tools.mesh.wait import until

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
# The kernel keeps what a killed process wrote; only a power cut needs these.
_VOLATILE = {"fsync": "off", "full_page_writes": "off"}
_INITDB = [
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
]


class Postgres:
    """A cluster kept under `root`: `postgres` data, `log`, `run` (pid and port), `secrets`.

    `durable=False` skips fsync: for tests, which kill processes and not the machine.
    """

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self._root = root.resolve()
        self._durable = durable
        self._account = account.unprivileged()
        self._bin = binaries.postgres_bin(self._account)
        self._data = account.within_reach(self._root / "postgres", self._account)
        self._pid_file = self._root / "run" / "postgres.pid"
        self._port_file = self._root / "run" / "postgres.port"
        self._child: Child | None = None

    @property
    def port(self) -> int:
        """Where it listened last; raises MeshError before the first start."""
        if not self._port_file.exists():
            raise MeshError("PostgreSQL was never started here", hint="make up")
        return int(self._port_file.read_text())

    @property
    def url(self) -> str:
        """Of the superuser, for the mesh itself; services get database()."""
        return self._url("postgres", self._password("postgres"), "postgres")

    def start(self) -> None:
        """Create the cluster if need be, run it and wait for its first answer."""
        child = self.prepare()
        child.start()
        until(lambda: self._answers(child), "the start of PostgreSQL")

    def prepare(self) -> Child:
        """The server, ready to be started: cluster made, leftovers ended, port chosen."""
        if self._child is not None and self._child.alive():
            raise MeshError("PostgreSQL already runs")
        sweep(self._pid_file, signal.SIGINT)
        if not (self._data / "PG_VERSION").exists():
            self._create()
        self._forget_stranger()
        self._choose_port()
        settings = _SETTINGS | ({} if self._durable else _VOLATILE) | {"port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._child = Child(
            name="postgres",
            argv=[str(self._bin / "postgres"), "-D", str(self._data), *options],
            log=self._root / "log" / "postgres.log",
            pid_file=self._pid_file,
            account=self._account,
            stop_signal=signal.SIGINT,  # fast shutdown; SIGTERM would wait for every client
        )
        return self._child

    def stop(self) -> None:
        """Shut down in order, sending clients away. Safe to repeat."""
        if self._child is not None:
            self._child.stop(grace=20)

    def kill(self) -> None:
        """kill -9 of the server and all its backends."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Stop in order and start on the same port."""
        self.stop()
        self.start()

    def database(self, service: str) -> str:
        """The URL of `service`'s own database, made with its role unless they exist."""
        role = Role(service, self._password(service))
        with psycopg.connect(self.url, autocommit=True) as connection:
            role.create(connection)
            create_database(connection, service, owner=role.name)
            for common in ("postgres", "template1"):
                close_to_public(connection, common)
        return self._url(role.name, role.password, service)

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def _password(self, role: str) -> str:
        return remembered_secret(self._root / "secrets" / f"postgres-{role}")

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
                [*program, f"--pwfile={password.name}", *sync],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env={},
                **identity(who),
            )
        if done.returncode != 0:
            raise MeshError(f"initdb failed: {done.stderr.strip()}")

    def _forget_stranger(self) -> None:
        """Drop a lock file whose pid belongs to another program since the machine restarted."""
        lock = self._data / "postmaster.pid"
        if not lock.exists():
            return
        pid = int(lock.read_text().split("\n", 1)[0])
        if psutil.pid_exists(pid) and str(self._data) not in psutil.Process(pid).cmdline():
            lock.unlink()

    def _choose_port(self) -> None:
        self._port_file.parent.mkdir(parents=True, exist_ok=True)
        if not self._port_file.exists() or not is_free(self.port):
            self._port_file.write_text(str(free_port()))

    def _answers(self, child: Child) -> bool:
        if not child.alive():
            raise MeshError(f"PostgreSQL ended at its start:\n{child.tail()}")
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@dataclass(frozen=True)
class Role:
    """A service's login. It owns its database and may connect to no other."""

    name: str
    password: str

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
