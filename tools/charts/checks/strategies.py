"""How workloads replace their pods, and how pods come back when they end."""

from collections.abc import Iterator
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig

_DEPLOYMENT = ("RollingUpdate", "Recreate")
_STATEFUL = ("RollingUpdate", "OnDelete")
_ENDING = ("Never", "OnFailure")


def check(manifests: Manifests) -> Iterator[Finding]:
    """Update strategies, restart policies and the time that a pod has to drain."""
    for deployment in manifests.of("Deployment"):
        yield from _judge(deployment, "spec.strategy", _DEPLOYMENT)
        yield from _standstill(deployment)
    for stateful in manifests.of("StatefulSet"):
        yield from _judge(stateful, "spec.updateStrategy", _STATEFUL)
        yield from _governed(stateful, manifests)
    for pod in manifests.pods:
        kind, policy = pod.owner["kind"], pod.spec.get("restartPolicy", "Always")
        if kind in ("Job", "CronJob") and policy not in _ENDING:
            message = f"a {kind} cannot restart {policy}"
            yield pod.finding("restartPolicy", message, "set Never or OnFailure")
        if kind in ("Deployment", "StatefulSet", "DaemonSet") and policy != "Always":
            message = f"a {kind} cannot restart {policy}"
            yield pod.finding("restartPolicy", message, "leave it out")


def _judge(document: Document, path: str, known: tuple[str, ...]) -> Iterator[Finding]:
    strategy = dig(document, path) or {}
    kind = strategy.get("type", "RollingUpdate")
    if kind not in known:
        hint = f"use {' or '.join(known)}"
        yield about(document, f"{path}.type", f"{kind!r} is no strategy here", hint)
    elif kind != "RollingUpdate" and strategy.get("rollingUpdate") is not None:
        message = f"may not be given when the type is {kind}"
        yield about(document, f"{path}.rollingUpdate", message, "leave it out, or roll")


def _standstill(deployment: Document) -> Iterator[Finding]:
    rolling = dig(deployment, "spec.strategy.rollingUpdate") or {}
    surge, away = rolling.get("maxSurge", "25%"), rolling.get("maxUnavailable", "25%")
    if _is_nothing(surge) and _is_nothing(away):
        message = "maxSurge and maxUnavailable are both 0: no pod could ever be replaced"
        yield about(deployment, "spec.strategy.rollingUpdate", message, "let one of them be 1")


def _governed(stateful: Document, manifests: Manifests) -> Iterator[Finding]:
    name = dig(stateful, "spec.serviceName")
    service = manifests.find("Service", str(name or ""))
    if name and (service is None or dig(service, "spec.clusterIP") != "None"):
        message = f"{name!r} is no headless Service of this release"
        hint = "pods get their names from a Service with clusterIP: None"
        yield about(stateful, "spec.serviceName", message, hint)


def _is_nothing(share: Any) -> bool:
    return str(share).rstrip("%") == "0"
