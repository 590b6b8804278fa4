"""Ports that are out of range, named twice or badly, and names that no container has."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Document, Manifests, Pod, about, dig

_NAME = re.compile(r"(?!-)(?!.*--)(?=.*[a-z])[a-z0-9-]{1,15}(?<!-)")
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_HANDLERS = ("grpc", "httpGet", "tcpSocket")


def check(manifests: Manifests) -> Iterator[Finding]:
    """Ports of containers, probes, Services and of what scrapes them."""
    for pod in manifests.pods:
        yield from _repeated(pod)
    for container in manifests.containers:
        yield from _declared(container)
        yield from _probed(container)
    for service in manifests.of("Service"):
        yield from _served(service, manifests)
    for monitor in manifests.of("ServiceMonitor", "PodMonitor"):
        yield from _scraped(monitor, manifests)


def valid(port: Any) -> bool:
    """Whether this is a port that can be listened on by number; a bool is none."""
    return type(port) is int and 1 <= port <= 65535


def named(pod: Pod) -> dict[str, int]:
    """The ports of a pod's containers that have a name."""
    listed = [port for each in pod.containers for port in each.fields.get("ports") or ()]
    return {port["name"]: port.get("containerPort") for port in listed if port.get("name")}


def numbers(container: Container) -> set[int]:
    """Every port that a container declares."""
    listed = container.fields.get("ports") or ()
    return {port["containerPort"] for port in listed if "containerPort" in port}


def probed(container: Container) -> set[int]:
    """The ports that probes ask by number."""
    probes = [container.fields.get(name) or {} for name in _PROBES]
    asked = [dig(probe, f"{handler}.port") for probe in probes for handler in _HANDLERS]
    return {port for port in asked if valid(port)}


def _repeated(pod: Pod) -> Iterator[Finding]:
    names: Counter[str] = Counter()
    taken: Counter[tuple[Any, str]] = Counter()
    for container in pod.containers:
        for port in container.fields.get("ports") or ():
            names[port.get("name") or ""] += 1
            taken[port.get("containerPort"), port.get("protocol") or "TCP"] += 1
    for name, count in names.items():
        if name and count > 1:
            hint = "give each port of a pod a name of its own"
            yield pod.finding("containers.ports", f"the name {name} is repeated", hint)
    for (number, protocol), count in taken.items():
        if count > 1:
            message = f"{protocol} {number} is declared {count} times"
            hint = "a port can be listened on once; declare it once"
            yield pod.finding("containers.ports", message, hint)


def _declared(container: Container) -> Iterator[Finding]:
    for number, port in enumerate(container.fields.get("ports") or ()):
        path, name = f"ports[{number}]", port.get("name")
        yield from _ranged(container, f"{path}.containerPort", port.get("containerPort"))
        if name is not None and not _NAME.fullmatch(name):
            hint = "use at most 15 of a-z, 0-9 and -, with a letter"
            yield container.finding(f"{path}.name", f"{name!r} is no port name", hint)


def _ranged(container: Container, path: str, port: Any) -> Iterator[Finding]:
    if not valid(port):
        yield container.finding(path, f"{port!r} is out of range", "choose 1 to 65535")


def _probed(container: Container) -> Iterator[Finding]:
    known = {port.get("name") for port in container.fields.get("ports") or ()}
    hooks = container.fields.get("lifecycle") or {}
    places = {f"lifecycle.{name}": hook for name, hook in hooks.items()}
    places |= {name: container.fields.get(name) for name in _PROBES}
    for place, probe in places.items():
        for handler in _HANDLERS:
            if not probe or handler not in probe:
                continue
            port = probe[handler].get("port")
            path = f"{place}.{handler}.port"
            if handler != "grpc" and isinstance(port, str):
                if port not in known:
                    hint = "name a port of this container"
                    yield container.finding(path, f"no port is called {port!r}", hint)
            else:
                yield from _ranged(container, path, port)


def _served(service: Document, manifests: Manifests) -> Iterator[Finding]:
    ports = dig(service, "spec.ports") or []
    names = Counter(port.get("name") or "" for port in ports)
    pods = manifests.selected({"matchLabels": dig(service, "spec.selector")})
    for number, port in enumerate(ports):
        path = f"spec.ports[{number}]"
        name, target = port.get("name") or "", port.get("targetPort", port.get("port"))
        if names[name] > 1:
            message = f"the name {name!r} is repeated"
            yield about(service, f"{path}.name", message, "give each port a name of its own")
        if not valid(port.get("port")):
            message = f"{port.get('port')!r} is out of range"
            yield about(service, f"{path}.port", message, "choose 1 to 65535")
        if dig(service, "spec.selector"):
            yield from _targeted(service, f"{path}.targetPort", target, pods)


def _targeted(service: Document, path: str, target: Any, pods: list[Pod]) -> Iterator[Finding]:
    if not isinstance(target, str) and not valid(target):
        yield about(service, path, f"{target!r} is out of range", "choose 1 to 65535")
    for pod in pods:
        declared = {port for each in pod.containers for port in numbers(each)}
        if target not in (named(pod) if isinstance(target, str) else declared):
            hint = "declare it in the pod, or aim at one that it has"
            message = f"no container of {pod.owner['kind']} {pod.owner['metadata']['name']}"
            yield about(service, path, f"{message} has the port {target!r}", hint)


def _scraped(monitor: Document, manifests: Manifests) -> Iterator[Finding]:
    of_pods = monitor["kind"] == "PodMonitor"
    listed = "spec.podMetricsEndpoints" if of_pods else "spec.endpoints"
    selector = dig(monitor, "spec.selector")
    known = _pod_ports(manifests, selector) if of_pods else _ports(manifests, selector)
    for number, endpoint in enumerate(dig(monitor, listed) or ()):
        port = endpoint.get("port")
        if port is not None and port not in known:
            hint = "scrape a port that the selected objects have, by its name"
            message = f"nothing selected has a port called {port!r}"
            yield about(monitor, f"{listed}[{number}].port", message, hint)


def _ports(manifests: Manifests, selector: Document | None) -> set[str]:
    found = manifests.services(selector)
    return {port.get("name") for service in found for port in dig(service, "spec.ports") or ()}


def _pod_ports(manifests: Manifests, selector: Document | None) -> set[str]:
    return {name for pod in manifests.selected(selector) for name in named(pod)}
