"""Each service's audit key and anchor file, kept under the mesh's root."""

import json
from pathlib import Path

from services.kit.audit.keys import SigningKey, written
from tools.mesh.files import remembered_secret, write_private


def environment(root: Path, service: str) -> dict[str, str]:
    """What the service is told; its key is generated on first use."""
    seed = remembered_secret(_seed(root, service))
    return {
        "PLANTMESH_AUDIT_KEY": seed,
        "PLANTMESH_AUDIT_FORMER_KEYS": json.dumps(_former(root, service)),
        "PLANTMESH_AUDIT_ANCHOR": str(root / "anchors" / f"{service}.jsonl"),
        "PLANTMESH_AUDIT_ARCHIVE": str(root / "archive" / service),
    }


def rotate(root: Path, service: str) -> str:
    """Take a new key at the service's next start; of the old one only its public half is kept."""
    old = SigningKey.read(remembered_secret(_seed(root, service)))
    former = [*_former(root, service), written(old.public)]
    write_private(_list(root, service), json.dumps(former))
    _seed(root, service).unlink()
    return SigningKey.read(remembered_secret(_seed(root, service))).id


def _former(root: Path, service: str) -> list[str]:
    path = _list(root, service)
    return list(json.loads(path.read_text())) if path.exists() else []


def _seed(root: Path, service: str) -> Path:
    return root / "secrets" / f"audit-{service}"


def _list(root: Path, service: str) -> Path:
    return root / "secrets" / f"audit-{service}-former"
