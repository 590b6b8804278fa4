"""NetworkPolicies as objects: ports that can exist, and pods that one stands in front of."""

from collections.abc import Iterator
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig, selects
from tools.charts.checks.ports import valid

_DIRECTIONS = ("ingress", "egress")


def check(manifests: Manifests) -> Iterator[Finding]:
    """Port 0 and the like, directions that do not count, pods that everybody may reach."""
    for policy in manifests.of("NetworkPolicy"):
        types = dig(policy, "spec.policyTypes") or []
        for direction in _DIRECTIONS:
            rules = dig(policy, f"spec.{direction}") or []
            if rules and types and direction.title() not in types:
                message = f"{direction} rules are ignored: policyTypes does not name them"
                hint = f"add {direction.title()} to policyTypes"
                yield about(policy, "spec.policyTypes", message, hint)
            for number, rule in enumerate(rules):
                yield from _rule(policy, f"spec.{direction}[{number}]", rule)
    yield from _open(manifests)


def isolates(policy: Document, direction: str) -> bool:
    """Whether a policy denies what it does not list, "ingress" or "egress"."""
    types = dig(policy, "spec.policyTypes")
    if types:
        return direction.title() in types
    return direction == "ingress" or "egress" in policy.get("spec", {})


def _rule(policy: Document, path: str, rule: Document) -> Iterator[Finding]:
    for number, port in enumerate(rule.get("ports") or ()):
        place, given, last = f"{path}.ports[{number}]", port.get("port"), port.get("endPort")
        if given is not None and not isinstance(given, str) and not valid(given):
            message = f"{given!r} is out of range"
            yield about(policy, f"{place}.port", message, "choose 1 to 65535, or leave it out")
        if last is not None and not _follows(given, last):
            message = f"{last!r} does not follow the port {given!r}"
            yield about(policy, f"{place}.endPort", message, "give a range by two numbers")


def _follows(first: Any, last: Any) -> bool:
    return valid(first) and valid(last) and first <= last


def _open(manifests: Manifests) -> Iterator[Finding]:
    policies = list(manifests.of("NetworkPolicy"))
    for pod in manifests.pods if policies else ():
        for direction in _DIRECTIONS:
            if not any(
                isolates(policy, direction) and selects(dig(policy, "spec.podSelector"), pod.labels)
                for policy in policies
            ):
                message = f"no NetworkPolicy denies {direction} that it does not list"
                yield pod.finding("", message, "let a policy with both policyTypes select the pod")
