"""All checks over one render."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tools.charts.checks import (
    certificates,
    disruption,
    edges,
    environment,
    files,
    hooks,
    images,
    names,
    policies,
    ports,
    references,
    resources,
    rights,
    routes,
    scaling,
    security,
    selectors,
    signals,
    strategies,
    volumes,
)
from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, name_of

# Kubernetes' own rules, for any manifests; then what only manifests of ours can be asked.
GENERAL: tuple[Callable[[Manifests], Iterator[Finding]], ...] = (
    disruption.check,
    hooks.check,
    images.check,
    names.check,
    policies.check,
    ports.check,
    references.check,
    resources.check,
    rights.check,
    routes.check,
    scaling.check,
    security.check,
    selectors.check,
    strategies.check,
    volumes.check,
)
OURS: tuple[Callable[[Manifests], Iterator[Finding]], ...] = (
    certificates.check,
    edges.check,
    environment.check,
    files.check,
    signals.check,
)


def judge(documents: Sequence[Document], existing: Iterable[str] = ()) -> list[Finding]:
    """Every finding, sorted. `existing` names the Secrets, ConfigMaps and claims of others."""
    manifests = Manifests(documents, frozenset(existing))
    return sorted({finding for check in (*GENERAL, *OURS) for finding in check(manifests)})


def made_elsewhere(documents: Sequence[Document], values: Document) -> frozenset[str]:
    """Secrets, ConfigMaps and claims that these values, with the chart's own below, expect.

    Unless a value says otherwise, a Secret is called as what reads it; -tls is its certificate.
    """
    owners = {name_of(pod.owner) for pod in Manifests(documents).pods}
    own = {f"{name}{end}" for name in owners for end in ("", "-tls")}
    return frozenset({*named_elsewhere(values), *values["image"]["pullSecrets"], *own})


def named_elsewhere(values: Any) -> set[str]:
    """Names under keys such as `existingSecret` anywhere in values: somebody else makes these."""
    if isinstance(values, dict):
        here = {
            value
            for key, value in values.items()
            if key.startswith("existing") and isinstance(value, str) and value
        }
        return here.union(*(named_elsewhere(value) for value in values.values()))
    if isinstance(values, list):
        return set().union(*(named_elsewhere(value) for value in values))
    return set()
