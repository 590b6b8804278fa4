"""Disruption budgets: one field of two, and room for a node to be drained."""

from collections.abc import Iterator
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig
from tools.charts.checks.scaling import fewest


def check(manifests: Manifests) -> Iterator[Finding]:
    """Every PodDisruptionBudget of the render."""
    for budget in manifests.of("PodDisruptionBudget"):
        least, most = dig(budget, "spec.minAvailable"), dig(budget, "spec.maxUnavailable")
        if least is not None and most is not None:
            message = "minAvailable and maxUnavailable are both set"
            yield about(budget, "spec", message, "keep one of them")
        elif least is None and most is None:
            message = "neither minAvailable nor maxUnavailable is set: it protects nothing"
            yield about(budget, "spec", message, "set maxUnavailable: 1")
        else:
            yield from _stuck(budget, least, most, manifests)


def _stuck(budget: Document, least: Any, most: Any, manifests: Manifests) -> Iterator[Finding]:
    pods = manifests.selected(dig(budget, "spec.selector"))
    count = sum(fewest(pod.owner, manifests) for pod in pods)
    never = str(most) in ("0", "0%") or str(least) == "100%"
    if never or (type(least) is int and least >= count > 0):
        message = f"no pod of {count} may ever be evicted: a node with one cannot be drained"
        yield about(budget, "spec", message, "set maxUnavailable: 1, or run more replicas")
