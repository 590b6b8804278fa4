"""Whom a pod must be able to call: read from the addresses in what it is told."""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import NamedTuple

import yaml

from tools.charts.checks.manifests import Container, Document, Manifests, Pod, dig
from tools.charts.checks.programs import PREFIX, program_of
from tools.charts.checks.variables import HIDDEN, Environment, Variable

_DNS = 53
_API_SERVER = (443, 6443)
"""Of its Service, and behind it: which of them a policy sees depends on the cluster's network."""
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/\s,]*@)?(?P<hosts>[^/?#\s|\"']*)")
_PORTS = {
    "http": 80, "https": 443, "opc.tcp": 4840, "postgresql": 5432, "redis": 6379, "rediss": 6379,
}  # fmt: skip
_TARGET = re.compile(r"(?:dns:(?:///?)?)?(?P<host>[A-Za-z0-9.-]+):(?P<port>\d+)")
# They name something, or are told to others; nobody calls them.
_NAMES = {"ISSUER", "AUDIENCE", "BIND", "INSTANCE"}
_ADAPTERS = ("odata", "tryton")


class Need(NamedTuple):
    """One call a pod makes. No host or port means: only a Secret or a table knows it."""

    pod: Pod
    host: str
    port: int | None
    why: str
    protocol: str = "TCP"


def needs(manifests: Manifests) -> list[Need]:
    """Of every pod, name look-ups included."""
    found: list[Need] = []
    for pod in manifests.pods:
        own = [need for each in pod.containers for need in _of_container(each, manifests)]
        if _holds_token(pod, manifests):
            own += [Need(pod, "", port, "its token") for port in _API_SERVER]
        if any(not need.host or not _is_address(need.host) for need in own):
            for protocol in ("UDP", "TCP"):
                own.append(Need(pod, "", _DNS, "the names of hosts", protocol))
        found += own
    return found


def _of_container(container: Container, manifests: Manifests) -> Iterator[Need]:
    told = Environment(container, manifests).variables
    pod = container.pod
    for name, variable in told.items():
        if name.removeprefix(PREFIX) in _NAMES and name.startswith(PREFIX):
            continue
        yield from _of_variable(pod, variable)
    for word in container.argv:
        yield from _urls(pod, word, "its command line")
    issuer = told.get(f"{PREFIX}ISSUER")
    if issuer and f"{PREFIX}CLIENT_SECRET" in told and f"{PREFIX}TOKEN_URL" not in told:
        yield from _urls(pod, issuer.value, issuer.name)
    yield from _of_erp(container, told)
    if sources := told.get(f"{PREFIX}TELEMETRY_SOURCES"):
        yield from _of_sources(container, sources.value, manifests)


def _of_variable(pod: Pod, variable: Variable) -> Iterator[Need]:
    if not variable.known and variable.value == HIDDEN:
        if variable.name.endswith("_URL"):
            yield Need(pod, "", None, variable.name)
        return
    yield from _urls(pod, variable.value, variable.name)
    if "ADDRESS" in variable.name:
        for found in _TARGET.finditer(variable.value):
            yield Need(pod, found["host"], int(found["port"]), variable.name)


def _urls(pod: Pod, text: str, why: str) -> Iterator[Need]:
    for found in _URL.finditer(text):
        if found["scheme"] == "dns" or found["scheme"] not in _PORTS:
            continue
        for place in found["hosts"].split(","):
            host, _, port = place.partition(":")
            if host:
                yield Need(pod, host, int(port) if port else _PORTS[found["scheme"]], why)


def _of_erp(container: Container, told: dict[str, Variable]) -> Iterator[Need]:
    """ERPs are rows of a table, so that their addresses are known to the database alone."""
    program, adapters = program_of(container), told.get(f"{PREFIX}ADAPTERS")
    if program and program.name == "erp" and adapters:
        for adapter in _ADAPTERS:
            if adapter in adapters.value:
                yield Need(container.pod, "", None, f"the adapter {adapter}")


def _of_sources(container: Container, path: str, manifests: Manifests) -> Iterator[Need]:
    """The machines of a collector, from the file that is mounted for it."""
    text = _mounted(container, path, manifests)
    if text is None:
        yield Need(container.pod, "", None, "its sources")
    else:
        yield from _urls(container.pod, yaml.safe_dump(yaml.safe_load(text)), "its sources")


def _mounted(container: Container, path: str, manifests: Manifests) -> str | None:
    for mount in container.fields.get("volumeMounts") or ():
        place = str(mount.get("mountPath")).rstrip("/")
        volumes: list[Document] = container.pod.spec.get("volumes") or []
        volume = next((each for each in volumes if each.get("name") == mount.get("name")), {})
        kept = manifests.find("ConfigMap", str(dig(volume, "configMap.name")))
        if kept and (path == place or path.startswith(f"{place}/")):
            key = mount.get("subPath") or path.removeprefix(f"{place}/")
            text = (kept.get("data") or {}).get(key)
            return None if text is None else str(text)
    return None


def _holds_token(pod: Pod, manifests: Manifests) -> bool:
    """Whether it may ask the API server: a token is mounted and a role is bound to it."""
    account = pod.spec.get("serviceAccountName")
    mounted = pod.spec.get("automountServiceAccountToken")
    bindings = manifests.of("RoleBinding", "ClusterRoleBinding")
    subjects = (who for binding in bindings for who in binding.get("subjects") or ())
    return mounted is not False and any(who.get("name") == account for who in subjects)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
