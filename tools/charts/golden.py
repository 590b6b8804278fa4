"""Golden renders: what the charts make of two examples, kept to be read in a diff.

`python -m tools.charts.golden` (make golden) writes tests/charts/golden, and who talks to whom into
docs/kubernetes.md. Rules and dashboards are files of their own, and left out.
"""

import sys
from pathlib import Path

import yaml

from tools.charts import wires
from tools.charts.render import CHARTS, Document, render

FOLDER = CHARTS.parent / "tests" / "charts" / "golden"
KEPT = (("plantmesh", "production"), ("plantmesh-edge", "edge"))


def files() -> dict[Path, str]:
    """Every golden file as it should be."""
    return {FOLDER / f"{example}.yaml": _text(chart, example) for chart, example in KEPT}


def _text(chart: str, example: str) -> str:
    documents = render(chart, [CHARTS / "examples" / f"{example}.yaml"])
    kept = sorted(filter(_is_ours, documents), key=_place)
    return "".join(
        yaml.dump(each, Dumper=yaml.CSafeDumper, sort_keys=False, width=140, explicit_start=True)
        for each in kept
    )


def _is_ours(document: Document) -> bool:
    labels = document["metadata"].get("labels", {})
    return document["kind"] != "PrometheusRule" and "grafana_dashboard" not in labels


def _place(document: Document) -> tuple[str, str]:
    return document["metadata"]["name"], document["kind"]


def main() -> None:
    """Write them all."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in {**files(), wires.PAGE: wires.page()}.items():
        path.write_text(text)
        sys.stdout.write(f"{path.relative_to(CHARTS.parent)}\n")


if __name__ == "__main__":
    main()
