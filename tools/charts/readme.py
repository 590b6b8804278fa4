"""Writes the table of values into each chart's README from the @param comments of its values.yaml.

`python -m tools.charts.readme` writes; with --check it says which README is old, and exits 1.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.charts.render import CHARTS
from tools.mesh import binaries

_GENERATOR = Path(__file__).parent / "node_modules/@bitnami/readme-generator-for-helm/bin/index.js"


def written(chart: Path, folder: Path) -> str:
    """What its README should be; raises CalledProcessError when a value has no @param."""
    draft = folder / f"{chart.name}.md"
    shutil.copy(chart / "README.md", draft)
    subprocess.run(
        [
            *(str(binaries.node()), str(_GENERATOR)),
            *("--values", str(chart / "values.yaml"), "--readme", str(draft)),
        ],
        check=True,
        stdout=subprocess.PIPE,
    )
    return draft.read_text()


def main(check: bool) -> int:
    """Write, or compare."""
    old = []
    with TemporaryDirectory() as folder:
        for chart in (CHARTS / "plantmesh", CHARTS / "plantmesh-edge"):
            text, readme = written(chart, Path(folder)), chart / "README.md"
            if readme.read_text() != text:
                old.append(readme)
                if not check:
                    readme.write_text(text)
    if check and old:
        sys.stdout.writelines(f"{path.relative_to(CHARTS.parent)} is old\n" for path in old)
    return int(check and bool(old))


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
