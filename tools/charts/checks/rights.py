"""Roles: no wildcard, no limit that does not hold, and no role or account that is not there."""

from collections.abc import Iterator

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig

_UNLIMITED = ("create", "deletecollection")


def check(manifests: Manifests) -> Iterator[Finding]:
    """Roles and their bindings."""
    for role in manifests.of("Role", "ClusterRole"):
        for number, rule in enumerate(role.get("rules") or ()):
            yield from _judge(role, f"rules[{number}]", rule)
    for binding in manifests.of("RoleBinding", "ClusterRoleBinding"):
        kind, name = (str(dig(binding, f"roleRef.{key}") or "") for key in ("kind", "name"))
        if manifests.find(kind, name) is None:
            yield about(binding, "roleRef", f"there is no {kind} {name}", "bind a role of ours")
        for subject in binding.get("subjects") or ():
            if subject.get("kind") == "ServiceAccount":
                yield from _known(binding, str(subject.get("name")), manifests)


def _judge(role: Document, path: str, rule: Document) -> Iterator[Finding]:
    for key in ("apiGroups", "resources", "verbs"):
        if "*" in (rule.get(key) or ()):
            yield about(role, f"{path}.{key}", "gives everything", "list what is needed")
    limitless = [verb for verb in rule.get("verbs") or () if verb in _UNLIMITED]
    if rule.get("resourceNames") and limitless:
        message = f"{', '.join(limitless)} cannot be limited by resourceNames: it is never granted"
        yield about(role, f"{path}.resourceNames", message, "put that verb into a rule of its own")


def _known(binding: Document, name: str, manifests: Manifests) -> Iterator[Finding]:
    if manifests.find("ServiceAccount", name) is None:
        message = f"there is no ServiceAccount {name}"
        yield about(binding, "subjects", message, "bind an account of this release")
