"""Autoscalers: their bounds, what they work against, and what undoes their work."""

from collections import Counter
from collections.abc import Iterator

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig

_KINDS = {
    "HorizontalPodAutoscaler": ("minReplicas", "maxReplicas", 1),
    "ScaledObject": ("minReplicaCount", "maxReplicaCount", 0),
}


def check(manifests: Manifests) -> Iterator[Finding]:
    """HPA and KEDA objects, and the replica counts of what they scale."""
    targets: Counter[tuple[str, str]] = Counter()
    for scaler in manifests.of(*_KINDS):
        yield from _bounds(scaler)
        targets[_target(scaler)] += 1
    for (kind, name), count in targets.items():
        workload = manifests.find(kind, name)
        if workload is None:
            continue
        if count > 1:
            message = f"{count} autoscalers work against each other"
            yield about(workload, "spec.replicas", message, "choose HPA or KEDA")
        if dig(workload, "spec.replicas") is not None:
            message = "is set although an autoscaler decides: every upgrade would reset it"
            yield about(workload, "spec.replicas", message, "leave it out when autoscaling is on")


def _target(scaler: Document) -> tuple[str, str]:
    target = dig(scaler, "spec.scaleTargetRef") or {}
    return target.get("kind") or "Deployment", str(target.get("name"))


def _bounds(scaler: Document) -> Iterator[Finding]:
    lowest, highest, least = _KINDS[scaler["kind"]]
    low = dig(scaler, f"spec.{lowest}")
    high = dig(scaler, f"spec.{highest}")
    low = 1 if low is None and least else low or 0
    if low < least:
        yield about(scaler, f"spec.{lowest}", f"{low} is below {least}", f"set {least} or more")
    if high is not None and low > high:
        message = f"{low} is above {highest} {high}"
        yield about(scaler, f"spec.{lowest}", message, "exchange them, or raise the upper bound")


def fewest(workload: Document, manifests: Manifests) -> int:
    """How many pods of a workload there may be at the least."""
    for scaler in manifests.of(*_KINDS):
        if _target(scaler) == (workload["kind"], dig(workload, "metadata.name")):
            lowest, _, least = _KINDS[scaler["kind"]]
            low = dig(scaler, f"spec.{lowest}")
            return least if low is None else int(low)
    replicas = dig(workload, "spec.replicas")
    return 1 if replicas is None else int(replicas)
