"""The chart rendered for a plant, and judged as every other render is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.judge import judge, made_elsewhere
from tools.charts.render import CHARTS, ChartError, Document, merged, read_values, render
from tools.onboarding.folder import CHART, VALUES, about


def render_plant(folder: Path) -> list[Document]:
    """Its release: one more values file. Raises ChartError."""
    name = folder.name
    return render(CHART, [folder / VALUES], release=name, namespace=f"plantmesh-{name}")


def check_manifests(folder: Path, values: dict[str, Any]) -> Iterator[Finding]:
    """What the chart's schema refuses, or our checks find in what it makes."""
    file = folder / VALUES
    if values.get("plant") != folder.name:
        yield about(file, "plant", "is another plant", f"say {folder.name}")
    try:
        documents = render_plant(folder)
    except ChartError as error:
        message = " ".join(str(error).split())
        yield about(file, "values", message, f"its fields are in charts/{CHART}/README.md")
        return
    whole = merged(read_values(CHARTS / CHART / VALUES), values)
    for found in judge(documents, made_elsewhere(documents, whole)):
        yield about(file, f"{found.subject} {found.path}", found.message, found.hint)
