"""Renders a chart as `helm template` does: its values checked by its schema, then its documents.

`python -m tools.charts.render CHART [VALUES_FILE...]` prints them. Nothing in our charts asks which
version of Kubernetes is there, so neither does this.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from helm_python import Chart, HelmError

CHARTS = Path(__file__).parents[2] / "charts"

Document = dict[str, Any]
Values = dict[str, Any]


class ChartError(Exception):
    """Values that the schema refuses, or a template that fails; the message names the value."""


def render(
    chart: str,
    values_files: Sequence[Path] = (),
    *,
    values: Mapping[str, Any] | None = None,
    release: str = "plantmesh",
    namespace: str = "plantmesh",
) -> list[Document]:
    """Every document of charts/<chart>, hooks and tests among them, in the order of their files.

    Values files are merged in their order, `values` over them. Raises ChartError.
    """
    given = merged(*map(read_values, values_files), dict(values or {}))
    loaded = load(chart)
    with _explained():
        loaded.validate_schema(given)
        files = loaded.render(given, name=release, namespace=namespace)
    found = []
    for path, text in sorted(files.items()):
        if path.endswith((".yaml", ".yml")):
            found += [each for each in yaml.load_all(text, yaml.CSafeLoader) if each]
    return found


def notes(chart: str, values: Mapping[str, Any] | None = None) -> str:
    """What a person reads after an install."""
    with _explained():
        files = load(chart).render(dict(values or {}), name="plantmesh", namespace="plantmesh")
    [text] = [text for path, text in files.items() if path.endswith(f"{chart}/templates/NOTES.txt")]
    return text


def check_values(chart: str, values: Mapping[str, Any]) -> None:
    """Raises ChartError where charts/<chart>/values.schema.json refuses them."""
    with _explained():
        load(chart).validate_schema(dict(values))


@cache
def load(chart: str) -> Chart:
    """The chart as it was when first asked for; it is read from disk once a process."""
    with _explained():
        return Chart.load(CHARTS / chart)


def read_values(path: Path) -> Values:
    """One values file."""
    return yaml.safe_load(path.read_text()) or {}


def merged(*layers: Values) -> Values:
    """As Helm merges values: maps into each other, all else by the last word."""
    whole: Values = {}
    for layer in layers:
        for key, value in layer.items():
            below = whole.get(key)
            both = isinstance(value, dict) and isinstance(below, dict)
            whole[key] = merged(below or {}, value) if both else value
    return whole


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except HelmError as error:
        raise ChartError(str(error)) from error


def main(chart: str, *values_files: str) -> None:
    """Print all documents of a chart."""
    documents = render(chart, [Path(file) for file in values_files])
    sys.stdout.write(yaml.safe_dump_all(documents, sort_keys=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
