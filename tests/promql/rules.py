"""Rules over time: what Prometheus would have recorded and alerted, step by step."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from promql_parser import VectorSelector, parse, parse_duration, walk

from tests.promql.evaluate import evaluate, nameless, vector
from tests.promql.series import NAME, Labels, Storage, Vector

_TEMPLATE = re.compile(r"\{\{\s*\$(?:labels\.(\w+)|value)\s*\}\}")
Rule = Mapping[str, Any]


def seconds(text: str) -> float:
    """`1h30m`; a bare 0 too."""
    return parse_duration(text).total_seconds() if text != "0m" else 0.0


def selectors(expr: str) -> Iterator[VectorSelector]:
    """Everything that an expression reads, those inside windows too."""
    found: list[VectorSelector] = []

    def visit(one: Any) -> None:
        inner = getattr(one, "vector_selector", one)
        if isinstance(inner, VectorSelector):
            found.append(inner)

    walk(parse(expr), visit)
    yield from {(one.name, str(one)): one for one in found}.values()


def names(expr: str) -> set[str]:
    """Of metrics that it reads."""
    return {one.name for one in selectors(expr) if one.name}


@dataclass
class Alerting:
    """One alerting rule, and since when each of its results is there."""

    rule: Rule
    since: dict[Labels, float] = field(default_factory=dict)

    def step(self, storage: Storage, at: float) -> Vector:
        """Its series of ALERTS now."""
        own = {**self.rule["labels"], "alertname": self.rule["alert"]}
        found = vector(parse(self.rule["expr"]), storage, at)
        active = {frozenset((dict(nameless(labels)) | own).items()) for labels in found}
        self.since = {labels: self.since.get(labels, at) for labels in active}
        patience = seconds(self.rule.get("for", "0m"))
        return {
            labels | {(NAME, "ALERTS"), ("alertstate", _state(at - since >= patience))}: 1.0
            for labels, since in self.since.items()
        }


def run(rules: Sequence[Rule], storage: Storage, *, until: float, step: float) -> None:
    """Evaluate all in order, from second 0 on; what they find is in `storage` then."""
    alerting = {id(rule): Alerting(rule) for rule in rules if "alert" in rule}
    at = 0.0
    while at <= until:
        alerts: Vector = {}
        for rule in rules:
            if "record" in rule:
                found = vector(parse(rule["expr"]), storage, at)
                named = {nameless(one) | {(NAME, rule["record"])}: v for one, v in found.items()}
                storage.write(rule["record"], named, at)
            else:
                alerts |= alerting[id(rule)].step(storage, at)
        storage.write("ALERTS", alerts, at)
        at += step


def needed(rules: Sequence[Rule], alerts: set[str]) -> list[Rule]:
    """These alerts and what is recorded for them, in the order of the file."""
    wanted = {id(rule) for rule in rules if rule.get("alert") in alerts}
    read: set[str] = set()
    while True:
        more = {name for rule in rules if id(rule) in wanted for name in names(rule["expr"])}
        if more == read:
            return [rule for rule in rules if id(rule) in wanted]
        read = more
        wanted |= {id(rule) for rule in rules if rule.get("record") in read}


def asked(expr: str, storage: Storage, at: float) -> Vector:
    """What an expression of a test finds."""
    found = evaluate(parse(expr), storage, at)
    return found if isinstance(found, dict) else {frozenset(): found}


def template_labels(text: str) -> set[str]:
    """The labels that an annotation names; raises ValueError for any other template."""
    if "{{" in _TEMPLATE.sub("", text):
        raise ValueError(f"only $labels.x and $value: {text}")
    return {found[1] for found in _TEMPLATE.finditer(text) if found[1]}


def _state(fires: bool) -> str:
    return "firing" if fires else "pending"
