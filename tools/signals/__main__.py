"""`python -m tools.signals` writes dashboards and rules; with --check it says which are old."""

import sys
from pathlib import Path

import yaml

from services.kit.signals.registry import read_parts, read_registry
from tools.mesh.files import write_whole
from tools.mesh.program import HERE
from tools.signals.dashboards import dashboards, read_overview
from tools.signals.gateway import gateway_json
from tools.signals.rules import rule_files

DASHBOARDS = Path("charts/plantmesh/dashboards")
RULES = Path("charts/plantmesh/rules")
GATEWAY = Path("gateway/signals.json")
_SIGNALS = Path("services/kit/signals")
_OVERVIEW = Path("tools/signals/overview.yaml")


def wanted(root: Path = HERE) -> dict[Path, str]:
    """Every file that is written from the registry, by its place, as it should read."""
    known = read_registry(root / _SIGNALS)
    owners = yaml.safe_load((root / "OWNERS.yaml").read_text())["alerts"]
    overview = read_overview(yaml.safe_load((root / _OVERVIEW).read_text()))
    boards = dashboards(read_parts(root / _SIGNALS), overview)
    rules = rule_files(known, owners)
    return (
        {DASHBOARDS / name: text for name, text in boards.items()}
        | {RULES / name: text for name, text in rules.items()}
        | {GATEWAY: gateway_json(known)}
    )


def main(arguments: list[str], root: Path = HERE) -> int:
    """0 when all is as the registry says, or was made so."""
    files = wanted(root)
    there = {
        path.relative_to(root)
        for folder in (DASHBOARDS, RULES)
        for path in (root / folder).glob("*.*")
    }
    left_over = sorted(there - files.keys())
    if arguments != ["--check"]:
        for path, text in files.items():
            write_whole(root / path, text)
        for path in left_over:
            (root / path).unlink()
        return 0
    old = sorted(path for path, text in files.items() if _read(root / path) != text)
    for path in (*old, *left_over):
        sys.stderr.write(f"{path} is not what the registry says; run `make dashboards`\n")
    return 1 if old or left_over else 0


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
