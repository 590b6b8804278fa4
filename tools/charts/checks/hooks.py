"""Helm hooks: what one needs is there when it runs, and it can run again.

Hooks before an install run before ordinary Secrets, ConfigMaps and ServiceAccounts exist.
"""

from collections.abc import Iterator

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, about, dig
from tools.charts.checks.references import Reference, references

_KEY = "helm.sh/hook"
_DEFAULT = "before-hook-creation"
_EARLY = {"pre-install", "pre-upgrade"}
_REFUSED = {"pre-rollback", "post-rollback"}


def check(manifests: Manifests) -> Iterator[Finding]:
    """Every hook of the render."""
    for document in manifests.documents:
        moments = moments_of(document)
        for moment in sorted(moments & _REFUSED):
            message = f"{moment}: migrations only expand, so going back needs none"
            yield about(document, "metadata.annotations", message, "leave that hook out")
        if moments and document.get("kind") in ("Job", "Pod") and not _repeatable(document):
            message = "stays after its run, so that the next run finds its name taken"
            hint = "add before-hook-creation to helm.sh/hook-delete-policy"
            yield about(document, "metadata.annotations", message, hint)
    for reference in references(manifests):
        yield from _early(reference, manifests)


def moments_of(document: Document) -> set[str]:
    """When a hook runs, such as {"pre-install", "pre-upgrade"}; empty for what is none."""
    given = (dig(document, "metadata.annotations") or {}).get(_KEY) or ""
    return {moment.strip() for moment in given.split(",")} - {""}


def _repeatable(document: Document) -> bool:
    policies = (dig(document, "metadata.annotations") or {}).get(f"{_KEY}-delete-policy", _DEFAULT)
    return _DEFAULT in policies


def _early(reference: Reference, manifests: Manifests) -> Iterator[Finding]:
    owner = reference.pod.owner
    moments = moments_of(owner) & _EARLY
    needed = manifests.find(reference.kind, reference.name)
    if not moments or needed is None:
        return
    late = moments - moments_of(needed)
    if late or _weight(needed) > _weight(owner):
        needs = f"{reference.kind} {reference.name}"
        message = f"{needs} is not there yet at {', '.join(sorted(moments))}"
        hint = "make it a hook of the same moments with a lower weight, or use one that exists"
        yield reference.pod.finding(reference.path, message, hint)


def _weight(document: Document) -> int:
    annotations = dig(document, "metadata.annotations") or {}
    return int(annotations.get(f"{_KEY}-weight", 0))
