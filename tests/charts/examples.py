"""Every values file that the repository promises to render, with the chart it is for."""

from pathlib import Path
from typing import NamedTuple

from tools.charts.render import CHARTS, Document, render

HUB, EDGE = "plantmesh", "plantmesh-edge"


class Example(NamedTuple):
    """A chart and a values file; without one its defaults."""

    chart: str
    file: Path | None

    def render(self) -> list[Document]:
        """Its documents."""
        return render(self.chart, [self.file] if self.file else [])

    def __str__(self) -> str:
        return f"{self.chart}-{self.file.stem if self.file else 'defaults'}"


def examples() -> list[Example]:
    """Defaults, charts/*/ci and charts/examples; edge*.yaml is for the plant's collector."""
    found = [Example(chart, None) for chart in (HUB, EDGE)]
    for chart in (HUB, EDGE):
        found += [Example(chart, file) for file in sorted((CHARTS / chart / "ci").glob("*.yaml"))]
    for file in sorted((CHARTS / "examples").glob("*.yaml")):
        if file.name != "dev-dependencies.yaml":
            found.append(Example(EDGE if file.name.startswith("edge") else HUB, file))
    return found
