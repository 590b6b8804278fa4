"""Files that variables name are mounted: certificates, keys, sources, folders to write to."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Document, Manifests
from tools.charts.checks.programs import PREFIX
from tools.charts.checks.variables import Environment

# A whole value, or a parameter of a URL: sslrootcert=/etc/...
_PATH = re.compile(r"(?:^|[?&]\w+=)(/[^\s&?]+)")


def check(manifests: Manifests) -> Iterator[Finding]:
    """Paths in our own variables."""
    for container in manifests.containers:
        for variable in Environment(container, manifests).variables.values():
            if variable.name.startswith(PREFIX) and variable.known:
                for path in _PATH.findall(variable.value):
                    yield from _judge(container, variable.name, PurePosixPath(path))


def _judge(container: Container, name: str, path: PurePosixPath) -> Iterator[Finding]:
    mounts = container.fields.get("volumeMounts") or []
    found = [each for each in mounts if path.is_relative_to(str(each.get("mountPath")))]
    if not found:
        hint = "mount the volume that holds it"
        yield container.finding(f"env[{name}]", f"nothing is mounted at {path}", hint)
        return
    mount = max(found, key=lambda each: len(str(each["mountPath"])))
    within = str(path.relative_to(str(mount["mountPath"])))
    files = _files(container, str(mount.get("name")))
    if files and within not in files and "subPath" not in mount:
        message = f"the volume {mount.get('name')} has no file {within}"
        yield container.finding(f"env[{name}]", message, f"name one of {', '.join(sorted(files))}")


def _files(container: Container, name: str) -> set[str]:
    """The files of a volume that lists them; none where nobody can tell."""
    volumes: list[Document] = container.pod.spec.get("volumes") or []
    volume = next((each for each in volumes if each.get("name") == name), {})
    source = volume.get("secret") or volume.get("configMap") or {}
    return {str(item.get("path")) for item in source.get("items") or ()}
