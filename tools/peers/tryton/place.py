"""Tryton as a process of the mesh, ready when a login is answered."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tools.mesh.files import remembered_secret
from tools.mesh.ports import LOOPBACK, Ports
from tools.mesh.program import Process
from tools.peers.tryton import environment
from tools.peers.tryton.template import ADMIN, LOGIN, ROLE, template

NAME = "tryton-0"
PORT = f"{NAME}.http"
"""Its name among a mesh's ports."""
_PATIENCE = 5.0


@dataclass(frozen=True)
class Login:
    """A user of Tryton."""

    name: str
    password: str


@dataclass(frozen=True)
class Place:
    """A Tryton of its own database: where it answers, and who works with it."""

    root: Path
    url: str
    """http://host:port/database/, as clients want it."""
    database: str
    """postgresql://... as its owner."""
    adapter: Login
    """Groups Production, Stock, Stock Force Assignment and Stock Cancellation; no administrator.

    Sales and purchases it may read.
    """
    admin: Login

    @property
    def name(self) -> str:
        """Of the database."""
        return urlsplit(self.database).path[1:]


def settle(root: Path, server: str, name: str = ROLE) -> Place:
    """A fresh database `name` on `server` (a PostgreSQL superuser's URL) for a Tryton in `root`."""
    known = template()
    database = known.copy(server, name, remembered_secret(root / "secrets" / f"postgres-{ROLE}"))
    port = Ports(root / "run" / "ports.json").take(PORT)
    return Place(
        root,
        f"http://{LOOPBACK}:{port}/{name}/",
        database,
        Login(LOGIN, known.password(LOGIN)),
        Login(ADMIN, known.password(ADMIN)),
    )


def declare(place: Place) -> Process:
    """trytond on the port that its place took; after a death it stays down."""
    return Process(
        name="tryton",
        argv=[environment.program("trytond"), "-d", place.name],
        ready=lambda _: logs_in(place.url, place.adapter),
        env={
            "TRYTOND_DATABASE__URI": urlsplit(place.database)._replace(path="/").geturl(),
            "TRYTOND_WEB__LISTEN": urlsplit(place.url).netloc,
            "TRYTOND_SESSION__TIMEOUT": "3600",
            # Nothing of ours is within its reach.
            "PYTHONPATH": "",
        },
        ports={"http": "PLANTMESH_TRYTON_PORT"},
        restart=False,
        grace=2.0,
    )


def logs_in(url: str, login: Login) -> bool:
    """Whether it lets a user in."""
    body = {
        "id": 1,
        "method": "common.db.login",
        "params": [login.name, {"password": login.password}, "en"],
    }
    request = urllib.request.Request(
        f"{url}rpc/",
        msgspec.json.encode(body),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return bool(msgspec.json.decode(answer.read()).get("result"))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
