"""A real API server takes every object of every example, and refuses what our checks refuse."""

from typing import Any

import pytest

from tests.charts.examples import Example, examples
from tests.charts.planting import Release
from tests.charts.test_refused import REFUSED
from tests.charts.test_skaffold import dependencies
from tests.cluster.hands import OPERATORS, Hands, RefusedError
from tools.charts.render import render

pytestmark = pytest.mark.cluster

# What only the kubelet would refuse, and what newer servers (1.34) take.
LATER = ("is no image reference", "is no name for a Service")


@pytest.mark.parametrize("example", examples(), ids=str)
def test_every_object_is_taken(hands: Hands, example: Example) -> None:
    files = [example.file] if example.file else []
    documents = render(example.chart, files, namespace=hands.namespace)
    served = hands.served()
    known = [each for each in documents if each["apiVersion"] in served]
    assert {each["apiVersion"] for each in documents} - served <= set(OPERATORS)
    answer = hands.apply(known, "--dry-run=server")
    assert "would violate PodSecurity" not in answer.words
    assert answer.text.count("serverside-applied") == len(known)


def test_dependencies_are_taken(hands: Hands) -> None:
    answer = hands.apply(dependencies(), "--dry-run=server")
    assert "would violate PodSecurity" not in answer.words


@pytest.mark.parametrize(
    ("title", "path", "value"),
    [(title, path, value) for title, path, value, words in REFUSED if words not in LATER],
)
def test_a_planted_mistake_is_refused(hands: Hands, title: str, path: str, value: Any) -> None:
    release = Release()
    [number] = [n for n, each in enumerate(release.documents) if each == release.get(title)]
    hands.apply([release.documents[number]], "--dry-run=server")
    release.at(title, path, value)
    with pytest.raises(RefusedError):
        hands.apply([release.documents[number]], "--dry-run=server")
