"""Where Tryton's own environment is, and what a template database of it depends on."""

import hashlib
from pathlib import Path

from tools.mesh.errors import MeshError
from tools.mesh.program import HERE

HOME = HERE / ".make" / "tryton"
_ITS = HERE / "tools" / "peers" / "tryton"
_PYTHON = HOME / "venv" / "bin" / "python"
_MADE_OF = (_ITS / "requirements.txt", _ITS / "scripts" / "build.py")


def python() -> Path:
    """Its interpreter; raises MeshError when it is not installed."""
    if not _PYTHON.exists():
        raise MeshError("Tryton is not installed", hint="make tryton")
    return _PYTHON


def program(name: str) -> str:
    """One of its programs."""
    return str(python().with_name(name))


def script(name: str) -> str:
    """One of our scripts that run there."""
    return str(_ITS / "scripts" / f"{name}.py")


def edition() -> str:
    """Changes with every package of the lock and with how the database is made."""
    mark = hashlib.sha256()
    for path in _MADE_OF:
        mark.update(path.read_bytes())
    return mark.hexdigest()[:12]
