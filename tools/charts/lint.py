"""`python -m tools.charts.lint`: what `helm lint --strict` says of every chart and example."""

import sys
from collections.abc import Iterator
from pathlib import Path

from helm_python import lint

from tools.charts.render import CHARTS, read_values

_HUB, _EDGE = "plantmesh", "plantmesh-edge"
_MANIFESTS = "dev-dependencies"


def values_files() -> Iterator[tuple[str, Path | None]]:
    """Every chart with each values file that the repository promises to render; None: its own."""
    for chart in (_HUB, _EDGE):
        yield chart, None
        for file in sorted((CHARTS / chart / "ci").glob("*.yaml")):
            yield chart, file
    for file in sorted((CHARTS / "examples").glob("*.yaml")):
        if file.stem != _MANIFESTS:
            yield _EDGE if file.stem.startswith("edge") else _HUB, file
    for file in sorted((CHARTS / "plants").glob("*/values.yaml")):
        yield _EDGE, file


def findings(chart: str, file: Path | None) -> list[str]:
    """Warnings and errors; an information (that there is no icon) is none."""
    report = lint(CHARTS / chart, read_values(file) if file else {}, strict=True)
    said = [each["error"] for each in report["messages"] if each["severity"] >= 2]
    name = file.relative_to(CHARTS) if file else "values.yaml"
    return [f"{chart} with {name}: {each}" for each in [*said, *(report["errors"] or ())]]


def main() -> int:
    """Print them all; 1 when there are any."""
    found = [each for chart, file in values_files() for each in findings(chart, file)]
    sys.stdout.writelines(f"{each}\n" for each in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
