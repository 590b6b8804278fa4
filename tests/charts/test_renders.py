"""Every example of every chart passes all checks; what a check needs there is needed by it."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from tests.charts.examples import EDGE, HUB, Example, examples
from tools.charts.checks import edges, environment, signals
from tools.charts.checks.judge import judge, made_elsewhere
from tools.charts.checks.manifests import Document, Manifests, dig, title
from tools.charts.checks.programs import program_of
from tools.charts.render import CHARTS, merged, read_values

PRODUCTION = Example(HUB, CHARTS / "examples" / "production.yaml")
COLLECTOR = Example(EDGE, CHARTS / "examples" / "edge.yaml")


@cache
def rendered(example: Example) -> tuple[tuple[Document, ...], frozenset[str]]:
    """Documents, and the Secrets, ConfigMaps and claims that the values, or defaults, expect."""
    documents = example.render()
    given = read_values(example.file) if example.file else {}
    values = merged(read_values(CHARTS / example.chart / "values.yaml"), given)
    return tuple(documents), made_elsewhere(documents, values)


@pytest.mark.parametrize("example", examples(), ids=str)
def test_an_example_has_no_finding(example: Example) -> None:
    documents, existing = rendered(example)
    assert [str(found) for found in judge(documents, existing)] == []


def edges_of(documents: tuple[Document, ...]) -> Iterator[tuple[str, str, int, int]]:
    """Every port of every rule of a policy, but what comes in from elsewhere."""
    for policy in documents:
        if policy["kind"] != "NetworkPolicy":
            continue
        for direction, side in (("egress", "to"), ("ingress", "from")):
            for number, rule in enumerate(dig(policy, f"spec.{direction}") or ()):
                ours = all("podSelector" in peer for peer in rule.get(side) or ())
                for port in range(len(rule["ports"])):
                    if direction == "egress" or ours:
                        yield title(policy), direction, number, port


# Where hosts outside are at one port, their edges stand in for each other: nobody knows addresses.
SHARED = {"egress:443"}


@pytest.mark.parametrize("example", [PRODUCTION, COLLECTOR], ids=str)
def test_no_edge_can_be_removed(example: Example) -> None:
    documents, existing = rendered(example)
    missed = set()
    for name, direction, number, port in edges_of(documents):
        spoilt = [deepcopy(each) if title(each) == name else each for each in documents]
        rules = dig(next(each for each in spoilt if title(each) == name), f"spec.{direction}")
        gone = rules[number]["ports"].pop(port)
        if not rules[number]["ports"]:
            rules.pop(number)
        if not any(edges.check(Manifests(spoilt, existing))):
            missed.add(f"{direction}:{gone['port']}")
    assert missed <= (SHARED if example is COLLECTOR else set())


def written(value: Any) -> Iterator[str]:
    """Every expression of rules, dashboards (JSON in a ConfigMap) and autoscalers."""
    if isinstance(value, str) and value.startswith("{") and '"expr"' in value:
        value = json.loads(value)
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key in ("expr", "query"))
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from written(each)


def test_every_expression_is_read() -> None:
    documents, existing = rendered(PRODUCTION)
    spoilt = json.loads(json.dumps(documents).replace("plantmesh_", "plantmash_"))
    found = {(each.subject, each.path) for each in signals.check(Manifests(spoilt, existing))}
    ours = [each for each in written(list(documents)) if "plantmesh_" in each]
    assert len(found) == len(ours) > 80


def test_no_needed_variable_can_be_removed() -> None:
    documents, existing = rendered(PRODUCTION)
    missed = []
    for container in Manifests(deepcopy(documents), existing).containers:
        program = program_of(container)
        variables = container.fields.get("env") or []
        for number, variable in enumerate(variables):
            if program and variable["name"] in program.required:
                alone = Manifests([container.pod.owner], existing)
                variables.pop(number)
                if not any(environment.check(alone)):
                    missed.append((container.name, variable["name"]))
                variables.insert(number, variable)
    assert missed == []
