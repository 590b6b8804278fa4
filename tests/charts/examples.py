"""Every values file that the repository promises to render, with the chart it is for."""

from pathlib import Path
from typing import NamedTuple

from tools.charts.lint import values_files
from tools.charts.render import Document, render

HUB, EDGE = "plantmesh", "plantmesh-edge"


class Example(NamedTuple):
    """A chart and a values file; without one its defaults."""

    chart: str
    file: Path | None

    def render(self) -> list[Document]:
        """Its documents."""
        return render(self.chart, [self.file] if self.file else [])

    def __str__(self) -> str:
        if self.file and self.file.parent.parent.name == "plants":
            return f"{self.chart}-plant-{self.file.parent.name}"
        return f"{self.chart}-{self.file.stem if self.file else 'defaults'}"


def examples() -> list[Example]:
    """All that `helm lint` sees too."""
    return [Example(chart, file) for chart, file in values_files()]
