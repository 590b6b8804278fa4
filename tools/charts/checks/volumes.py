"""Volumes and where containers mount them."""

from collections import Counter
from collections.abc import Iterator

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Manifests, Pod, dig


def check(manifests: Manifests) -> Iterator[Finding]:
    """Mounts without a volume, volumes without a mount, one place mounted twice."""
    for pod in manifests.pods:
        names = [volume.get("name") for volume in pod.spec.get("volumes") or ()]
        known = {*names, *_claimed(pod)}
        used: set[str] = set()
        for name in (name for name, count in Counter(names).items() if count > 1):
            hint = "give each volume a name of its own"
            yield pod.finding("volumes", f"the name {name} is repeated", hint)
        for container in pod.containers:
            yield from _mounted(container, known)
            used |= {mount.get("name") for mount in container.fields.get("volumeMounts") or ()}
        for name in known - used:
            yield pod.finding("volumes", f"{name} is mounted nowhere", "mount it or leave it out")


def _claimed(pod: Pod) -> list[str]:
    claims = dig(pod.owner, "spec.volumeClaimTemplates") or []
    return [str(dig(claim, "metadata.name")) for claim in claims]


def _mounted(container: Container, known: set[str]) -> Iterator[Finding]:
    mounts = container.fields.get("volumeMounts") or []
    places = Counter(mount.get("mountPath") for mount in mounts)
    for number, mount in enumerate(mounts):
        path, place = f"volumeMounts[{number}]", mount.get("mountPath")
        if mount.get("name") not in known:
            message = f"there is no volume {mount.get('name')!r}"
            yield container.finding(f"{path}.name", message, "add it to the pod's volumes")
        if places.pop(place, 1) > 1:
            message = f"{place} is mounted more than once"
            yield container.finding(f"{path}.mountPath", message, "mount each place once")
