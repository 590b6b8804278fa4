"""Certificates of a mesh that speaks TLS: one a process, and one for who operates it."""

from pathlib import Path

from services.kit.tls import TlsFiles
from tools.mesh.authority import Authority

OPERATOR = "operator"
_FOLDER = "secrets/tls"


def issue(root: Path, names: tuple[str, ...]) -> None:
    """Anew at every start: the authority's key is kept nowhere."""
    authority = Authority("plantmesh development")
    for name in (*names, OPERATOR):
        authority.issue(root / _FOLDER / name, name)


def forget(root: Path) -> None:
    """A mesh without TLS leaves none that a caller would take for its own."""
    for file in (root / _FOLDER).glob("*/*"):
        file.unlink()


def files(root: Path, name: str) -> TlsFiles:
    """Where those of `name` are."""
    folder = root / _FOLDER / name
    return TlsFiles(folder / "tls.crt", folder / "tls.key", folder / "ca.crt")


def environment(root: Path, name: str) -> dict[str, str]:
    """What tells a process of them."""
    own = files(root, name)
    return {
        "PLANTMESH_TLS_CERT": str(own.cert),
        "PLANTMESH_TLS_KEY": str(own.key),
        "PLANTMESH_TLS_CA": str(own.ca),
    }


def operator_files(root: Path) -> TlsFiles | None:
    """Who calls the running mesh; None when it speaks in the clear."""
    own = files(root, OPERATOR)
    return own if own.cert.exists() else None
