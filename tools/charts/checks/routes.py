"""Ingresses and HTTPRoutes lead to a port that a Service of the release has."""

from collections.abc import Iterator
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig


def check(manifests: Manifests) -> Iterator[Finding]:
    """Every backend."""
    for ingress in manifests.of("Ingress"):
        for number, rule in enumerate(dig(ingress, "spec.rules") or ()):
            for path in dig(rule, "http.paths") or ():
                backend = dig(path, "backend.service") or {}
                port = backend.get("port") or {}
                place = f"spec.rules[{number}]"
                yield from _led(ingress, place, backend.get("name"), port, manifests)
    for route in manifests.of("HTTPRoute"):
        for number, rule in enumerate(dig(route, "spec.rules") or ()):
            for backend in rule.get("backendRefs") or ():
                port = {"number": backend.get("port")}
                place = f"spec.rules[{number}]"
                yield from _led(route, place, backend.get("name"), port, manifests)


def _led(
    document: Document, path: str, name: Any, port: Document, manifests: Manifests
) -> Iterator[Finding]:
    service = manifests.find("Service", str(name))
    if service is None:
        hint = "lead to a Service of this release"
        yield about(document, path, f"there is no Service {name}", hint)
        return
    ports = dig(service, "spec.ports") or []
    if not any(_is(port, each) for each in ports):
        wanted = port.get("name") or port.get("number")
        message = f"the Service {name} has no port {wanted}"
        yield about(document, path, message, f"use one of {[each.get('name') for each in ports]}")


def _is(wanted: Document, port: Document) -> bool:
    if "name" in wanted:
        return bool(wanted["name"] == port.get("name"))
    return bool(wanted.get("number") == port.get("port"))
