"""Passwords for charts/examples/dev-dependencies.yaml and the hub beside it, and the issuer's code.

`python -m tools.charts.dev_secrets FOLDER` prints Secrets and a ConfigMap for `kubectl apply`. What
is generated stays in FOLDER, so that it prints the same again; nothing of it is committed.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from tools.mesh.files import remembered_secret
from tools.mesh.people import CLIENTS, SERVICES, USERS, Secrets

RELEASE = "plantmesh"
_CODE = ("__init__.py", "files.py", "issuing.py", "people.py", "tokens.py")

Document = dict[str, Any]


def documents(folder: Path) -> list[Document]:
    """Every object that must be there before the dependencies and the hub are."""
    secrets = Secrets(folder)
    databases = {name: remembered_secret(folder / f"postgres-{name}") for name in SERVICES}
    found = [
        _secret("dev-postgresql", databases | {"postgres": remembered_secret(folder / "postgres")}),
        _secret("dev-issuer", _passwords(secrets)),
        _secret(f"{RELEASE}-smoke", {"client-secret": secrets.of_client("smoke")}),
        _config("dev-issuer-code", _code()),
    ]
    for name, password in databases.items():
        kept = {"database-password": password, "client-secret": secrets.of_client(name)}
        found.append(_secret(f"{RELEASE}-{name}", kept))
    # A collector is the telemetry service beside its machines, in a release of its own.
    collector = {"database-password": databases["telemetry"]}
    return [*found, _secret(f"{RELEASE}-edge-collector", collector)]


def _passwords(secrets: Secrets) -> dict[str, str]:
    clients = {f"client-{name}": secrets.of_client(name) for name in CLIENTS}
    return clients | {f"user-{name}": secrets.of_user(name) for name in USERS}


def _code() -> dict[str, str]:
    """What the issuer imports of tools/mesh; no image holds it."""
    mesh = Path(__file__).parents[1] / "mesh"
    return {name: (mesh / name).read_text() for name in _CODE}


def _secret(name: str, kept: dict[str, str]) -> Document:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": kept}


def _config(name: str, kept: dict[str, str]) -> Document:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": kept}


if __name__ == "__main__":
    sys.stdout.write(yaml.safe_dump_all(documents(Path(sys.argv[1]))))
