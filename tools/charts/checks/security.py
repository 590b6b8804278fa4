"""PodSecurity `restricted`, and two rules of the house: a read-only root, no idle token.

Source: Kubernetes "Pod Security Standards", baseline and restricted.
"""

from collections.abc import Iterator
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Document, Manifests, Pod, dig, name_of

_VOLUMES = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
    "projected", "secret",
}  # fmt: skip
_PROFILES = ("RuntimeDefault", "Localhost")
_ADDED = {"NET_BIND_SERVICE"}
_SYSCTLS = {
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
}  # fmt: skip


def check(manifests: Manifests) -> Iterator[Finding]:
    """Every pod: Deployments, Jobs, hooks and tests alike."""
    bound = _bound(manifests)
    for pod in manifests.pods:
        yield from _shares(pod)
        yield from _tokens(pod, bound, manifests)
        for number, volume in enumerate(pod.spec.get("volumes") or ()):
            for kind in volume.keys() - {"name"} - _VOLUMES:
                hint = "use emptyDir, a claim, a secret or a configMap"
                message = f"{kind} is not allowed by restricted"
                yield pod.finding(f"volumes[{number}]", message, hint)
    for container in manifests.containers:
        yield from _rooted(container)
        yield from _armed(container)
        yield from _hosted(container)


def _effective(container: Container, key: str) -> Any:
    """A field that a container takes from its pod unless it says otherwise."""
    own = dig(container.fields, f"securityContext.{key}")
    return dig(container.pod.spec, f"securityContext.{key}") if own is None else own


def _shares(pod: Pod) -> Iterator[Finding]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(key):
            yield pod.finding(key, "is not allowed by restricted", "leave it out")
    for sysctl in dig(pod.spec, "securityContext.sysctls") or ():
        if sysctl.get("name") not in _SYSCTLS:
            message = f"{sysctl.get('name')} is not allowed by restricted"
            yield pod.finding("securityContext.sysctls", message, "leave it out")


def _rooted(container: Container) -> Iterator[Finding]:
    if _effective(container, "runAsNonRoot") is not True:
        yield container.finding("securityContext.runAsNonRoot", "is not true", "set it to true")
    if _effective(container, "runAsUser") == 0:
        yield container.finding("securityContext.runAsUser", "is root", "use another number")
    if _effective(container, "seccompProfile.type") not in _PROFILES:
        path = "securityContext.seccompProfile.type"
        yield container.finding(path, "is not set", "set RuntimeDefault on the pod")
    if dig(container.fields, "securityContext.readOnlyRootFilesystem") is not True:
        path = "securityContext.readOnlyRootFilesystem"
        hint = "set it to true and mount an emptyDir where it writes"
        yield container.finding(path, "is not true", hint)


def _armed(container: Container) -> Iterator[Finding]:
    context: Document = container.fields.get("securityContext") or {}
    capabilities = context.get("capabilities") or {}
    if context.get("allowPrivilegeEscalation") is not False:
        path = "securityContext.allowPrivilegeEscalation"
        yield container.finding(path, "is not false", "set it to false")
    if context.get("privileged"):
        yield container.finding("securityContext.privileged", "is true", "leave it out")
    if context.get("procMount", "Default") != "Default":
        yield container.finding("securityContext.procMount", "is not Default", "leave it out")
    if "ALL" not in (capabilities.get("drop") or ()):
        yield container.finding("securityContext.capabilities.drop", "lacks ALL", "drop ALL")
    for added in set(capabilities.get("add") or ()) - _ADDED:
        yield container.finding("securityContext.capabilities.add", f"has {added}", "leave it out")


def _hosted(container: Container) -> Iterator[Finding]:
    for number, port in enumerate(container.fields.get("ports") or ()):
        if port.get("hostPort"):
            path = f"ports[{number}].hostPort"
            yield container.finding(path, "is not allowed by restricted", "use a Service")
    for place in ("startupProbe", "readinessProbe", "livenessProbe"):
        for handler in ("httpGet", "tcpSocket"):
            if dig(container.fields, f"{place}.{handler}.host"):
                path = f"{place}.{handler}.host"
                yield container.finding(path, "is not allowed by restricted", "leave it out")


def _bound(manifests: Manifests) -> set[str]:
    """ServiceAccounts that a binding gives rights to."""
    bindings = manifests.of("RoleBinding", "ClusterRoleBinding")
    return {who["name"] for binding in bindings for who in binding.get("subjects") or ()}


def _tokens(pod: Pod, bound: set[str], manifests: Manifests) -> Iterator[Finding]:
    name = pod.spec.get("serviceAccountName") or "default"
    account = manifests.find("ServiceAccount", name) or {}
    own, inherited = (place.get("automountServiceAccountToken") for place in (pod.spec, account))
    mounted = own if own is not None else inherited is not False
    if mounted and name not in bound:
        hint = "set automountServiceAccountToken: false"
        message = f"gets a token of {name}, which has no rights"
        yield pod.finding("automountServiceAccountToken", message, hint)
    if name in bound and not mounted:
        message = f"gets no token, but {name_of(account) or name} has rights to use"
        yield pod.finding("automountServiceAccountToken", message, "mount it, or bind no role")
