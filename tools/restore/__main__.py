"""`python -m tools.restore`: the demo's story, then the drill on its data. Exits 0 if it holds."""

import asyncio
import subprocess
import sys
from pathlib import Path

from services.kit.errors import DomainError
from tools.mesh.errors import MeshError
from tools.mesh.program import HERE
from tools.restore.drill import RPO_AIM, RTO_AIM, Result, drill

_ROOT = HERE / ".mesh" / "restore"


def main(root: Path = _ROOT) -> int:
    """The exit code."""
    story = subprocess.run([sys.executable, "-m", "tools.demo", "--root", str(root)], check=False)
    if story.returncode != 0:
        return story.returncode
    try:
        result = asyncio.run(drill(root, lambda step: _say(f"  ✓ {step}")))
    except (DomainError, MeshError) as error:
        _say(f"  ✗ {error}")
        return 1
    _tell(result)
    return 0 if result.holds else 1


def _tell(result: Result) -> None:
    _say("")
    _say(
        f"  RPO {result.rpo:.2f} s (aim {RPO_AIM:.0f} s): {result.lost} of {result.answered}"
        " answered commits were lost"
    )
    _say(
        f"  RTO {result.rto:.1f} s (aim {RTO_AIM:.0f} s): from the loss to every event applied"
        " and the graph answering"
    )
    for line in result.wrong:
        _say(f"  ✗ {line}")
    if not result.wrong:
        _say(f"  ✓ {result.tables} tables, {result.rows} rows, orders, balances, audit: as before")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
