"""A database with a company in it, made once by Tryton itself and copied from then on."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import psycopg

from tools.mesh import binaries
from tools.mesh.errors import MeshError
from tools.mesh.files import remembered_secret
from tools.mesh.postgres import Postgres, Role, create_database, provide
from tools.peers.tryton import environment

ROLE, LOGIN, ADMIN = "tryton", "plantmesh", "admin"
_EMAIL = "admin@example.org"


@dataclass(frozen=True)
class Template:
    """A dump, and the generated passwords of the users in it."""

    folder: Path

    @property
    def dump(self) -> Path:
        """In pg_dump's own format; there when it is whole."""
        return self.folder / "database"

    def password(self, login: str) -> str:
        """Of a Tryton user; private to this machine's user."""
        return remembered_secret(self.folder / "secrets" / login)

    def copy(self, server: str, name: str, password: str) -> str:
        """A fresh database on `server` (a superuser's URL), owned by our role; its URL.

        The first on a server takes 2 s, further ones 0.2 s.
        """
        role, original = Role(ROLE, password), f"{ROLE}_{self.folder.name}"
        with psycopg.connect(server, autocommit=True) as connection:
            role.create(connection)
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(known, [original]).fetchone():
                create_database(connection, original, owner=ROLE)
                _run(
                    "pg_restore",
                    "--no-owner",
                    "--jobs=2",
                    str(self.dump),
                    url=role.url(server, original),
                )
            create_database(connection, name, owner=ROLE, template=original)
        return role.url(server, name)


def template() -> Template:
    """Of what the lock and the scripts say now; raises MeshError when it was not made yet."""
    made = Template(environment.HOME / environment.edition())
    if not made.dump.exists():
        raise MeshError("Tryton has no template database", hint="make tryton")
    return made


def make() -> Template:
    """Make it, unless it is there; older ones are dropped."""
    made = Template(environment.HOME / environment.edition())
    if not made.dump.exists():
        for older in environment.HOME.glob("?" * len(made.folder.name)):
            shutil.rmtree(older)
        with tempfile.TemporaryDirectory(prefix="plantmesh-tryton-") as folder:
            server = Postgres(Path(folder), durable=False)
            server.start()
            try:
                _build(made, server.url)
            finally:
                server.stop()
    return made


def _build(made: Template, server: str) -> None:
    url = provide(server, ROLE, made.password(ROLE))
    task = {
        "server": urlsplit(url)._replace(path="/").geturl(),
        "database": ROLE,
        "email": _EMAIL,
        "admin_password": made.password(ADMIN),
        "adapter": {"login": LOGIN, "password": made.password(LOGIN)},
    }
    done = subprocess.run(
        [environment.python(), environment.script("build")],
        input=msgspec.json.encode(task),
        stderr=subprocess.PIPE,
        check=False,
        env={},
    )
    if done.returncode:
        raise MeshError(f"Tryton's database was not made:\n{done.stderr.decode()[-2000:]}")
    draft = made.dump.with_suffix(".draft")
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", url=url)
    draft.replace(made.dump)


def _run(program: str, *words: str, url: str) -> None:
    """A client of PostgreSQL's; the password is not among its arguments."""
    where = urlsplit(url)
    env = {
        "PGHOST": where.hostname or "",
        "PGPORT": str(where.port),
        "PGUSER": where.username or "",
        "PGPASSWORD": where.password or "",
        "PGDATABASE": where.path[1:],
    }
    target = [f"--dbname={env['PGDATABASE']}"] if program == "pg_restore" else []
    path = binaries.postgres_bin(None) / program
    done = subprocess.run([path, *target, *words], env=env, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise MeshError(f"{program} failed:\n{done.stderr.decode()[-2000:]}")
