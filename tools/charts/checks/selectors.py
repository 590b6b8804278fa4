"""Selectors that miss their pods, and targets that are not there."""

from collections.abc import Iterator

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, Pod, about, dig, selects

_OWN = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_LASTING = _OWN


def check(manifests: Manifests) -> Iterator[Finding]:
    """Workloads, and everything that points at them by labels or by name."""
    for pod in manifests.pods:
        if pod.owner["kind"] in _OWN:
            selector = dig(pod.owner, "spec.selector")
            if not selector or not selects(selector, pod.labels):
                hint = "repeat the selector's labels in spec.template.metadata.labels"
                message = "does not match the labels of its own pods"
                yield about(pod.owner, "spec.selector", message, hint)
    yield from _shared(manifests)
    yield from _pointing(manifests)
    yield from _scaled(manifests)
    for policy in manifests.of("NetworkPolicy"):
        selector = dig(policy, "spec.podSelector")
        if selector and not manifests.selected(selector):
            yield about(policy, "spec.podSelector", "selects no pod", "use the pods' own labels")


def _shared(manifests: Manifests) -> Iterator[Finding]:
    """Two workloads with one selector count, and kill, each other's pods."""
    for owner in manifests.of(*_OWN):
        taken = manifests.selected(dig(owner, "spec.selector"))
        others = [pod.owner for pod in taken if pod.owner is not owner]
        for other in others:
            message = f"takes the pods of {other['kind']} {dig(other, 'metadata.name')} too"
            yield about(owner, "spec.selector", message, "add a label that only these pods have")


def _pointing(manifests: Manifests) -> Iterator[Finding]:
    for document in manifests.of("Service", "PodDisruptionBudget", "PodMonitor"):
        given = dig(document, "spec.selector")
        selector = {"matchLabels": given} if document["kind"] == "Service" else given
        if given:
            yield from _taking(document, manifests.selected(selector))
    for monitor in manifests.of("ServiceMonitor"):
        if not manifests.services(dig(monitor, "spec.selector")):
            yield about(monitor, "spec.selector", "selects no Service", "use a Service's labels")


def _taking(document: Document, pods: list[Pod]) -> Iterator[Finding]:
    if not pods:
        hint = "use the labels of the pods that it is for"
        yield about(document, "spec.selector", "selects no pod", hint)
    for pod in pods:
        if document["kind"] != "PodMonitor" and pod.owner["kind"] not in _LASTING:
            message = f"takes the pods of {pod.owner['kind']} {dig(pod.owner, 'metadata.name')}"
            hint = "give pods that end by themselves another component label"
            yield about(document, "spec.selector", message, hint)


def _scaled(manifests: Manifests) -> Iterator[Finding]:
    for document in manifests.of("HorizontalPodAutoscaler", "ScaledObject"):
        target: Document = dig(document, "spec.scaleTargetRef") or {}
        kind, name = target.get("kind") or "Deployment", str(target.get("name") or "")
        if manifests.find(kind, name) is None:
            message = f"there is no {kind} {name}"
            yield about(document, "spec.scaleTargetRef", message, "name a workload of this release")
