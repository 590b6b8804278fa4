"""The import contracts of pyproject.toml break on a planted import, in services not yet written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.tools.lint.plant import plant

ROOT = Path(__file__).parents[4]
LAYERS = "Imports point inward"
KIT = ("errors", "quantity", "ids", "clock", "units", "graph")
TREE = {
    "services/__init__.py": "",
    "services/kit/__init__.py": "",
    **{f"services/kit/{name}.py": "" for name in KIT},
    **{
        f"services/{service}/{path}": ""
        for service in ("carrier", "yard")
        for path in ("__init__.py", "domain/__init__.py", "policy.py", "ports.py", "rpc.py")
    },
    "services/carrier/application/__init__.py": "",
    "services/carrier/__main__.py": "from services.carrier import rpc, settings",
    "services/carrier/settings.py": "",
    "services/carrier/wire.py": "from plantmesh.carrier.v1 import load_pb2",
    "services/carrier/domain/load.py": (
        "from decimal import Decimal\nfrom services.kit.errors import InvalidError"
    ),
    "services/carrier/rpc.py": "from services.carrier import ports, wire",
}


def lint(root: Path, files: dict[str, str]) -> str:
    """What import-linter says of the tree; "" when every contract is kept."""
    plant(root, TREE | files)
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "tools").symlink_to(ROOT / "tools")
    script = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; "
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script + "sys.exit(lint_imports(cache_dir=None))"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.stdout + ran.stderr if ran.returncode else ""


def test_sound_tree_is_kept(tmp_path: Path) -> None:
    assert lint(tmp_path, {}) == ""


@pytest.mark.parametrize(
    ("path", "text", "contract"),
    [
        ("services/carrier/ports.py", "from services.carrier import wire", LAYERS),
        ("services/carrier/rpc.py", "from services.carrier import settings", LAYERS),
        ("services/carrier/engine.py", "", LAYERS),
        ("services/carrier/rpc.py", "from services.yard import ports", "Services do not import"),
        ("services/kit/graph.py", "from services.yard import ports", "kit knows no service"),
        ("services/carrier/rpc.py", "import tools.lint", "Services run without tools"),
        ("services/carrier/domain/load.py", "import pydantic", "The domain is pure"),
        ("services/carrier/domain/load.py", "from services.kit import graph", "The domain is pure"),
        ("services/kit/quantity.py", "import orjson", "What the domain may import is pure"),
        (
            "services/carrier/application/book.py",
            "from plantmesh.carrier.v1 import load_pb2",
            "Generated code stays",
        ),
    ],
)
def test_planted_import_breaks_its_contract(
    path: str, text: str, contract: str, tmp_path: Path
) -> None:
    said = lint(tmp_path, {path: text})
    broken = [line for line in said.splitlines() if line.endswith(" BROKEN")]
    assert len(broken) == 1, said
    assert broken[0].startswith(contract)
