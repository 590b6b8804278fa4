"""Every example of every chart passes all checks; what a check needs there is needed by it."""

from collections.abc import Iterator
from copy import deepcopy
from functools import cache

import pytest

from tools.charts.checks import edges, environment
from tools.charts.checks.judge import judge, named_elsewhere
from tools.charts.checks.manifests import Document, Manifests, dig, name_of, title
from tools.charts.checks.programs import program_of
from tools.charts.render import CHARTS, merged, read_values, render

HUB, EDGE = "plantmesh", "plantmesh-edge"
EXAMPLES = [
    (EDGE if file.name.startswith("edge") else HUB, file.name)
    for file in sorted((CHARTS / "examples").glob("*.yaml"))
    if file.name != "dev-dependencies.yaml"
]


@cache
def rendered(chart: str, example: str) -> tuple[tuple[Document, ...], frozenset[str]]:
    """Documents, and the Secrets and ConfigMaps that the values, or their defaults, expect."""
    files = [CHARTS / "examples" / example] if example else []
    documents = render(chart, files)
    values = merged(read_values(CHARTS / chart / "values.yaml"), *map(read_values, files))
    pull = values["image"]["pullSecrets"]
    # Unless a value says otherwise, a component's Secret is called as the component is.
    own = {name_of(each) for each in documents if each["kind"] in ("Deployment", "StatefulSet")}
    return tuple(documents), frozenset({*named_elsewhere(values), *pull, *own, "plantmesh-smoke"})


@pytest.mark.parametrize(("chart", "example"), [(HUB, ""), (EDGE, ""), *EXAMPLES])
def test_an_example_has_no_finding(chart: str, example: str) -> None:
    documents, existing = rendered(chart, example)
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


@pytest.mark.parametrize(("chart", "example"), [(HUB, "production.yaml"), (EDGE, "edge.yaml")])
def test_no_edge_can_be_removed(chart: str, example: str) -> None:
    documents, existing = rendered(chart, example)
    missed = set()
    for name, direction, number, port in edges_of(documents):
        spoilt = [deepcopy(each) if title(each) == name else each for each in documents]
        rules = dig(next(each for each in spoilt if title(each) == name), f"spec.{direction}")
        gone = rules[number]["ports"].pop(port)
        if not rules[number]["ports"]:
            rules.pop(number)
        if not any(edges.check(Manifests(spoilt, existing))):
            missed.add(f"{direction}:{gone['port']}")
    assert missed <= (SHARED if chart == EDGE else set())


def test_no_needed_variable_can_be_removed() -> None:
    documents, existing = rendered(HUB, "production.yaml")
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
