"""Alerts, dashboards and autoscalers ask for samples that the code exports, by their labels.

Nothing else would tell: a query of something that nobody exports is empty, and well.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Expr,
    MatrixSelector,
    VectorSelector,
    parse,
    walk,
)

from services.kit.signals.exposition import all_samples
from services.kit.signals.registry import registry
from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig

# What Prometheus, or the exporter, writes beside a metric's own attributes.
_TARGET = {
    "__name__", "container", "endpoint", "instance", "job", "le", "namespace", "node", "pod",
    "service", "otel_scope_name", "otel_scope_version", "otel_scope_schema_url", "severity",
}  # fmt: skip
# Of others, which every cluster with these operators has.
_FOREIGN = ("up", "kube_", "container_", "kubelet_", "ALERTS", "nodejs_", "process_", "scrape_")
# How a dashboard lists what can be chosen.
_VALUES = re.compile(r"label_values\((?P<of>.*),\s*(?P<label>\w+)\)")
# Grafana puts durations in their place; in strings its variables are strings.
_INTERVAL = re.compile(r"\$\{?__\w+\}?")


class Asked(NamedTuple):
    """What an expression names: samples with the labels that each is matched by, and groupings."""

    samples: dict[str, set[str]]
    grouped: set[str]


def check(manifests: Manifests) -> Iterator[Finding]:
    """Rules of Prometheus, dashboards of Grafana, triggers of KEDA."""
    recorded = {
        rule["record"]
        for document in manifests.of("PrometheusRule")
        for _, rule in _rules(document)
        if rule.get("record")
    }
    for document in manifests.of("PrometheusRule", "ConfigMap", "ScaledObject"):
        for path, expression in _written(document):
            yield from _judge(document, path, expression, recorded)


def asked(expression: str) -> Asked:
    """The names in a PromQL expression; raises ValueError where it is none."""
    samples: dict[str, set[str]] = {}
    grouped: set[str] = set()

    def visit(node: Expr) -> None:
        selector = node.vector_selector if isinstance(node, MatrixSelector) else node
        if isinstance(selector, VectorSelector):
            matched = {matcher.name for matcher in selector.matchers.matchers}
            samples.setdefault(selector.name or "", set()).update(matched)
        elif isinstance(node, AggregateExpr) and node.modifier:
            grouped.update(node.modifier.labels)
        elif isinstance(node, BinaryExpr) and node.modifier:
            matching = node.modifier.matching
            grouped.update(matching.labels if matching else (), node.modifier.group_labels or ())

    walk(parse(_INTERVAL.sub("5m", expression)), visit)
    return Asked(samples, grouped)


def _judge(document: Document, path: str, expression: str, recorded: set[str]) -> Iterator[Finding]:
    known, labels, strange = _exported(), set(_TARGET), False
    try:
        names = asked(expression)
    except ValueError as error:
        yield about(document, path, f"is no PromQL: {error}", "try it in Prometheus")
        return
    for name, matched in sorted(names.samples.items()):
        if name in known:
            labels |= known[name]
            yield from _labelled(document, f"{path} {name}", matched - known[name] - _TARGET)
        elif name in recorded or name.startswith(_FOREIGN):
            strange = True
        else:
            strange = True
            hint = "use a sample of services/kit/signals/*.yaml, as Prometheus spells it"
            yield about(document, path, f"nothing exports {name or 'samples without a name'}", hint)
    if not strange:
        yield from _labelled(document, path, names.grouped - labels)


def _labelled(document: Document, path: str, unknown: set[str]) -> Iterator[Finding]:
    for label in sorted(unknown):
        hint = "use an attribute of the metric in services/kit/signals/*.yaml"
        yield about(document, path, f"nothing there has the label {label}", hint)


@cache
def _exported() -> Mapping[str, frozenset[str]]:
    """The labels of every sample."""
    samples = all_samples(registry())
    return {name: frozenset(metric.attributes) for name, metric in samples.items()}


def _written(document: Document) -> Iterator[tuple[str, str]]:
    """The expressions of one object, each with its path."""
    match document["kind"]:
        case "PrometheusRule":
            for path, rule in _rules(document):
                yield f"{path}.expr", str(rule.get("expr"))
        case "ScaledObject":
            for number, trigger in enumerate(dig(document, "spec.triggers") or ()):
                if query := dig(trigger, "metadata.query"):
                    yield f"spec.triggers[{number}].metadata.query", str(query)
        case _ if "grafana_dashboard" in (dig(document, "metadata.labels") or {}):
            yield from _panels(document)


def _rules(document: Document) -> Iterator[tuple[str, Document]]:
    for first, group in enumerate(dig(document, "spec.groups") or ()):
        for second, rule in enumerate(group.get("rules") or ()):
            yield f"spec.groups[{first}].rules[{second}]", rule


def _panels(document: Document) -> Iterator[tuple[str, str]]:
    for file, text in (document.get("data") or {}).items():
        try:
            yield from _expressions(json.loads(text), f"data[{file}]")
        except ValueError:
            yield f"data[{file}]", "no JSON at all"


def _expressions(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, below in value.items():
            if key == "expr" and isinstance(below, str):
                yield f"{path}.{key}", below
            elif key == "query" and isinstance(below, str) and "(" in below:
                yield f"{path}.{key}", _VALUES.sub(r"count by (\g<label>) (\g<of>)", below)
            else:
                yield from _expressions(below, f"{path}.{key}")
    if isinstance(value, list):
        for number, below in enumerate(value):
            yield from _expressions(below, f"{path}[{number}]")
