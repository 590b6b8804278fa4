"""`plantctl support-bundle`: what support needs to see of a cluster, without a secret in it."""

import asyncio
import io
import os
import tarfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from services.kit.cluster import Json
from services.kit.errors import DomainError, UnavailableError
from tools.plantctl.cluster.namespace import PART_OF, Namespace
from tools.plantctl.cluster.place import Context, Kubeconfig, NamespaceName, Place
from tools.plantctl.cluster.redaction import Redaction, literal_values, secret_values
from tools.plantctl.cluster.report import read_report
from tools.plantctl.printing import console, print_error

_OBJECTS = (
    "deployments", "statefulsets", "replicasets", "pods", "services", "configmaps", "jobs",
    "leases", "horizontalpodautoscalers", "poddisruptionbudgets", "networkpolicies",
    "persistentvolumeclaims",
)  # fmt: skip
_LINES, _LOG_BYTES, _ALL_BYTES = 2_000, 1_000_000, 64_000_000
_SECONDS = 30.0
_README = """\
Plantmesh support bundle of the namespace {namespace}, made {at}.

objects/   what Kubernetes holds of Plantmesh (label {label})
events.json, status.json   what happened; what `plantctl status` showed
logs/      the last {lines} lines or {bytes} bytes of each container, and of the one before it
secrets.json   names of Secrets; their values were {read}
troubles.json  what could not be read

{count} passages were replaced by [redacted].
"""

Target = Annotated[Path | None, typer.Option("--to", help="Else plantmesh-<namespace>-<time>.")]


@dataclass
class Bundle:
    """Files by their path, `size` bytes in all."""

    files: dict[str, bytes] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def add(self, path: str, content: bytes) -> None:
        """A file."""
        self.files[path] = content
        self.size += len(content)

    def add_json(self, path: str, value: object) -> None:
        """A document."""
        self.add(path, orjson.dumps(value, option=orjson.OPT_INDENT_2))

    def write(self, path: Path, folder: str) -> None:
        """For its owner alone, whole or not at all."""
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with (
            open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            tarfile.open(fileobj=file, mode="w:gz") as archive,
        ):
            for name in sorted(self.files):
                entry = tarfile.TarInfo(f"{folder}/{name}")
                entry.size, entry.mtime = len(self.files[name]), int(time.time())
                archive.addfile(entry, io.BytesIO(self.files[name]))
        draft.replace(path)


def support_bundle(
    to: Target = None,
    context: Context = "",
    namespace: NamespaceName = "",
    kubeconfig: Kubeconfig = None,
) -> None:
    """Pack objects, events, logs and settings for support; secrets are left out."""
    made = Place(context, namespace, kubeconfig).run(lambda there: pack(there, to))
    console.print(f"{made}: read it before you pass it on", highlight=False, markup=False)


async def pack(namespace: Namespace, to: Path | None) -> Path:
    """The file it wrote; raises UnavailableError where nothing can be read."""
    bundle, now = Bundle(), datetime.now(UTC)
    objects = {plural: await _listed(namespace, plural, bundle) for plural in _OBJECTS}
    if len(bundle.troubles) == len(_OBJECTS):
        raise UnavailableError(next(iter(bundle.troubles.values())), code="nothing_readable")
    known, read = await _known_values(namespace, objects, bundle)
    redaction = Redaction(known)
    for plural, items in objects.items():
        bundle.add_json(f"objects/{plural}.json", [redaction.item(item) for item in items])
    events = await _listed(namespace, "events", bundle, labels="")
    bundle.add_json("events.json", [redaction.item(event) for event in events])
    await _add_status(namespace, bundle, redaction)
    async for place, log in _logs(namespace, objects["pods"], bundle):
        bundle.add(place, redaction.text(log).encode())
    bundle.add_json("troubles.json", redaction.item(dict(bundle.troubles)))
    text = _README.format(
        namespace=namespace.name,
        at=now.isoformat(timespec="seconds"),
        label=PART_OF,
        lines=_LINES,
        bytes=_LOG_BYTES,
        read=read,
        count=redaction.count,
    )
    bundle.add("README.txt", text.encode())
    folder = f"plantmesh-{namespace.name}-{now:%Y%m%dT%H%M%SZ}"
    path = to or Path(f"{folder}.tar.gz")
    await asyncio.to_thread(bundle.write, path, folder)
    return path


async def _listed(
    namespace: Namespace, plural: str, bundle: Bundle, *, labels: str = PART_OF
) -> list[Json]:
    """What there is of a kind; a kind that we may not read is a trouble, and no more."""
    try:
        return (await namespace.find(plural, labels)).items
    except DomainError as error:
        bundle.troubles[plural] = str(error)
        return []


async def _known_values(
    namespace: Namespace, objects: dict[str, list[Json]], bundle: Bundle
) -> tuple[set[str], str]:
    """What to cross out, and what became of the Secrets' values."""
    pods = [*objects["pods"], *map(_template, objects["deployments"])]
    pods += [*map(_template, objects["statefulsets"]), *map(_template, objects["jobs"])]
    known = {value for pod in pods for value in literal_values(_variables(pod))}
    try:
        bundle.add_json("secrets.json", [one["name"] for one in await namespace.names("secrets")])
        secrets = (await namespace.find("secrets", "")).items
    except DomainError as error:
        bundle.troubles["secrets"] = str(error)
        print_error(error)
        return known, "not readable: logs were cleaned by form alone; look through them"
    known |= {value for secret in secrets for value in secret_values(secret)}
    return known, "read to cross them out, and are not here"


def _template(item: Json) -> Json:
    template: Json = item["spec"].get("template", {})
    return template


def _variables(pod: Json) -> list[Json]:
    spec = pod.get("spec", {})
    containers = [*spec.get("initContainers", ()), *spec.get("containers", ())]
    return [variable for container in containers for variable in container.get("env") or ()]


async def _add_status(namespace: Namespace, bundle: Bundle, redaction: Redaction) -> None:
    try:
        report = await read_report(namespace)
    except DomainError as error:
        bundle.troubles["status"] = str(error)
    else:
        bundle.add_json("status.json", redaction.item(report.plain))


async def _logs(
    namespace: Namespace, pods: list[Json], bundle: Bundle
) -> AsyncIterator[tuple[str, str]]:
    """Path and end of each container's log, and of the one that ran before it."""
    for pod in pods:
        name = pod["metadata"]["name"]
        for container in pod.get("status", {}).get("containerStatuses", ()):
            runs = ("", ".previous") if container.get("restartCount") else ("",)
            for run in runs:
                path = f"logs/{name}/{container['name']}{run}.log"
                if bundle.size > _ALL_BYTES:
                    bundle.troubles[path] = "left out: the bundle is large enough"
                    continue
                try:
                    yield path, await _log(namespace, name, container["name"], previous=bool(run))
                except DomainError as error:
                    bundle.troubles[path] = str(error)


async def _log(namespace: Namespace, pod: str, container: str, *, previous: bool) -> str:
    query = {"container": container, "tailLines": str(_LINES), "limitBytes": str(_LOG_BYTES)}
    if previous:
        query["previous"] = "true"
    path = f"{namespace.folder('pods')}/{pod}/log"
    text = await namespace.text(path, query, seconds=_SECONDS)
    if len(text.encode()) < _LOG_BYTES:
        return text
    # It was cut somewhere in its last line, maybe in the middle of what is to be crossed out.
    return text[: text.rfind("\n") + 1]
