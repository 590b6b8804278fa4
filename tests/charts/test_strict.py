"""Rung 1: every example is what the oldest and the newest Kubernetes take, strictly."""

from copy import deepcopy
from typing import Any

import pytest

from tests.charts import strict
from tests.charts.examples import HUB, Example, examples
from tools.charts.render import CHARTS, Document


@pytest.mark.parametrize("example", examples(), ids=str)
def test_an_example_is_taken_by_every_version(example: Example) -> None:
    documents = example.render()
    assert documents
    assert strict.problems(documents) == []


def _production(kind: str) -> Document:
    documents = Example(HUB, CHARTS / "examples" / "production.yaml").render()
    return deepcopy(next(each for each in documents if each["kind"] == kind))


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Deployment", "spec.replicaz", 2),
        ("Deployment", "spec.template.spec.containers.0.prots", []),
        ("Service", "spec.ports.0.port", "8080"),
        ("NetworkPolicy", "spec.egress.0.port", 1),
        ("ScaledObject", "spec.triggers", None),
        ("ServiceMonitor", "spec.endpoints.0.interval", 15),
    ],
)
def test_a_misspelt_manifest_is_refused(kind: str, path: str, value: object) -> None:
    document = _production(kind)
    *steps, last = path.split(".")
    place: Any = document
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    assert strict.problems([document])
