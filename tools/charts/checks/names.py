"""Names that an API server refuses, labels too long, and objects rendered twice.

Source: Kubernetes "Object Names and IDs" (RFC 1123, RFC 1035), "Labels and Selectors".
"""

import re
from collections import Counter
from collections.abc import Iterator

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Labels, Manifests, about, dig, name_of, title

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_HOST = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")
_SEGMENT = re.compile(r"[^/%]+")
_RBAC = {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
# Pods, or their labels, carry the name and something after it.
_SHORT = {"StatefulSet": 52, "CronJob": 52, "Job": 63, "Service": 63, "Namespace": 63}
_LONGEST_LABEL, _LONGEST_NAME = 63, 253


def check(manifests: Manifests) -> Iterator[Finding]:
    """Names and labels of objects, pods and containers."""
    for document in manifests.documents:
        yield from _named(document)
        yield from _labelled(document, "metadata", dig(document, "metadata.labels"))
    for pod in manifests.pods:
        if pod.template is not pod.owner:
            path = pod.path.removesuffix("spec") + "metadata"
            yield from _labelled(pod.owner, path, pod.labels)
    for container in manifests.containers:
        if not _LABEL.fullmatch(container.name) or len(container.name) > _LONGEST_LABEL:
            hint = "use at most 63 of a-z, 0-9 and -"
            yield container.finding("name", f"{container.name!r} is no container name", hint)
    yield from _twice(manifests)


def _named(document: Document) -> Iterator[Finding]:
    kind, name = str(document.get("kind")), name_of(document)
    pattern = _SEGMENT if kind in _RBAC else _HOST if kind == "Service" else _SUBDOMAIN
    if not pattern.fullmatch(name):
        hint = "use lower-case letters, digits and -; begin and end with a letter or digit"
        yield about(document, "metadata.name", f"{name!r} is no name for a {kind}", hint)
    longest = _SHORT.get(kind, _LONGEST_NAME)
    if len(name) > longest:
        yield about(
            document,
            "metadata.name",
            f"{len(name)} characters; a {kind} may have {longest}",
            "shorten the release's name or fullnameOverride",
        )


def _labelled(document: Document, path: str, labels: Labels | None) -> Iterator[Finding]:
    for key, value in (labels or {}).items():
        if not isinstance(value, str) or not _VALUE.fullmatch(value) or len(value) > _LONGEST_LABEL:
            hint = "use at most 63 letters, digits, - _ and ., as a string"
            yield about(document, f"{path}.labels[{key}]", f"{value!r} is no label value", hint)


def _twice(manifests: Manifests) -> Iterator[Finding]:
    counted = Counter(title(document) for document in manifests.documents)
    for document in manifests.documents:
        if counted.pop(title(document), 1) > 1:
            hint = "one template, or one key of a map, makes each object"
            yield about(document, "metadata.name", "is rendered more than once", hint)
