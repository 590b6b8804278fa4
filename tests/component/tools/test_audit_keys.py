"""A service's audit key is made once, kept private, and rotated without losing what it signed."""

import json
from pathlib import Path

from services.kit.audit.keys import Keyring, SigningKey
from tools.mesh.audit import environment, rotate


def read(root: Path) -> tuple[SigningKey, Keyring]:
    told = environment(root, "erp")
    key = SigningKey.read(told["PLANTMESH_AUDIT_KEY"])
    return key, Keyring.read(key, tuple(json.loads(told["PLANTMESH_AUDIT_FORMER_KEYS"])))


def test_a_key_stays_until_it_is_rotated(tmp_path: Path) -> None:
    first, _ = read(tmp_path)
    assert read(tmp_path)[0].id == first.id
    assert environment(tmp_path, "mes") != environment(tmp_path, "erp")
    assert rotate(tmp_path, "erp") == read(tmp_path)[0].id != first.id
    assert rotate(tmp_path, "erp") != first.id
    new, ring = read(tmp_path)
    for key in (first, new):
        assert ring.judges(key.id, b"seal", key.sign(b"seal"))
        assert not ring.judges(key.id, b"other", key.sign(b"seal"))
    private = [path for path in (tmp_path / "secrets").iterdir() if path.stat().st_mode & 0o077]
    assert private == []
