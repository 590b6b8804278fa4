"""Secrets, ConfigMaps, claims and accounts that pods name must be there, with their keys."""

from collections.abc import Iterator
from typing import NamedTuple

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Document, Manifests, Pod, dig, name_of


class Reference(NamedTuple):
    """One object that a pod needs; `keys` are what it reads of it, none means all."""

    pod: Pod
    path: str
    kind: str
    name: str
    keys: tuple[str, ...] = ()


def check(manifests: Manifests) -> Iterator[Finding]:
    """What pods refer to is rendered, or somebody else makes it."""
    for reference in references(manifests):
        found = manifests.find(reference.kind, reference.name)
        if found is None:
            yield from _missing(reference, manifests)
        for key in reference.keys if found else ():
            if key not in _keys(found or {}):
                message = f"{reference.kind} {reference.name} has no key {key}"
                yield reference.pod.finding(reference.path, message, "name a key that it has")


def references(manifests: Manifests) -> Iterator[Reference]:
    """Everything that pods need beside themselves, optional things left out."""
    for pod in manifests.pods:
        yield from _of_pod(pod)
        for volume in pod.spec.get("volumes") or ():
            yield from _of_volume(pod, volume)
    for container in manifests.containers:
        yield from _of_environment(container)


def _missing(reference: Reference, manifests: Manifests) -> Iterator[Finding]:
    if reference.kind != "ServiceAccount" and reference.name in manifests.existing:
        return
    if reference.kind == "ServiceAccount" and reference.name == "default":
        return
    message = f"there is no {reference.kind} {reference.name!r}"
    hint = "render it, or name the one that exists in values"
    yield reference.pod.finding(reference.path, message, hint)


def _keys(document: Document) -> set[str]:
    return {
        key for part in ("data", "stringData", "binaryData") for key in document.get(part) or ()
    }


def _of_pod(pod: Pod) -> Iterator[Reference]:
    if account := pod.spec.get("serviceAccountName"):
        yield Reference(pod, "serviceAccountName", "ServiceAccount", account)
    for secret in pod.spec.get("imagePullSecrets") or ():
        yield Reference(pod, "imagePullSecrets", "Secret", str(secret.get("name")))


def _of_volume(pod: Pod, volume: Document) -> Iterator[Reference]:
    path = f"volumes[{volume.get('name')}]"
    for source in (volume, *(dig(volume, "projected.sources") or ())):
        if (secret := source.get("secret")) and not secret.get("optional"):
            name = str(secret.get("secretName") or secret.get("name"))
            yield Reference(pod, path, "Secret", name, _items(secret))
        if (mapped := source.get("configMap")) and not mapped.get("optional"):
            yield Reference(pod, path, "ConfigMap", str(mapped.get("name")), _items(mapped))
    if claim := dig(volume, "persistentVolumeClaim.claimName"):
        yield Reference(pod, path, "PersistentVolumeClaim", claim)


def _items(source: Document) -> tuple[str, ...]:
    return tuple(str(item.get("key")) for item in source.get("items") or ())


def _of_environment(container: Container) -> Iterator[Reference]:
    base = container.path.removeprefix(f"{container.pod.path}.")
    for variable in container.fields.get("env") or ():
        path = f"{base}.env[{variable.get('name')}]"
        for field, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            source = dig(variable, f"valueFrom.{field}")
            if source and not source.get("optional"):
                keys = (str(source.get("key")),)
                yield Reference(container.pod, path, kind, str(source.get("name")), keys)
    for number, taken in enumerate(container.fields.get("envFrom") or ()):
        for field, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            source = taken.get(field)
            if source and not source.get("optional"):
                path = f"{base}.envFrom[{number}]"
                yield Reference(container.pod, path, kind, name_of({"metadata": source}))
