"""The environment that a container starts with, as far as the render tells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Document, Manifests, dig

_REFERENCE = re.compile(r"\$\$|\$\((?P<name>[A-Za-z_][A-Za-z0-9_]*)\)")
HIDDEN = "hidden"
"""Stands for what only a Secret, or a running pod, knows."""


@dataclass(frozen=True)
class Variable:
    """One variable; `known` is false where its whole value comes from elsewhere."""

    name: str
    value: str
    known: bool


@dataclass(frozen=True)
class Environment:
    """The variables of one container, in order; a later one of a name wins."""

    container: Container
    manifests: Manifests

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """By name, with $(NAME) expanded as the kubelet does it."""
        told: dict[str, Variable] = {}
        for variable in (*self._taken(), *self._listed()):
            value = _REFERENCE.sub(lambda found: _expanded(found, told), variable.value)
            told[variable.name] = Variable(variable.name, value, variable.known)
        return told

    def unresolved(self) -> Iterator[Finding]:
        """Names in $(NAME) that are not set before they are used: they stay as they are."""
        before = {variable.name for variable in self._taken()}
        for variable in self._listed():
            for found in _REFERENCE.finditer(variable.value):
                if found["name"] and found["name"] not in before:
                    message = f"$({found['name']}) is not set before it is used"
                    hint = "list it earlier in env"
                    yield self.container.finding(f"env[{variable.name}]", message, hint)
            before.add(variable.name)

    def repeated(self) -> Iterator[Finding]:
        """Variables that are listed twice: a patch or an upgrade drops one of them."""
        seen: set[str] = set()
        for variable in self._listed():
            if variable.name in seen:
                message = "is listed twice"
                path = f"env[{variable.name}]"
                yield self.container.finding(path, message, "list each variable once")
            seen.add(variable.name)

    def _listed(self) -> list[Variable]:
        return [self._read(given) for given in self.container.fields.get("env") or ()]

    def _read(self, given: Document) -> Variable:
        name, source = str(given.get("name")), dig(given, "valueFrom.configMapKeyRef")
        if "valueFrom" not in given:
            return Variable(name, str(given.get("value") or ""), known=True)
        kept = self.manifests.find("ConfigMap", str(source["name"])) if source else None
        value = (kept or {}).get("data", {}).get(source["key"]) if source else None
        return Variable(name, HIDDEN if value is None else str(value), known=value is not None)

    def _taken(self) -> Iterator[Variable]:
        for source in self.container.fields.get("envFrom") or ():
            prefix = source.get("prefix") or ""
            for field, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                name = (source.get(field) or {}).get("name")
                kept = self.manifests.find(kind, name) if name else None
                for part in ("data", "stringData"):
                    for key, value in ((kept or {}).get(part) or {}).items():
                        known = kind == "ConfigMap"
                        yield Variable(f"{prefix}{key}", str(value) if known else HIDDEN, known)


def _expanded(found: re.Match[str], told: dict[str, Variable]) -> str:
    if not found["name"]:
        return "$"
    known = told.get(found["name"])
    return known.value if known else found[0]
