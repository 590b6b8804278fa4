"""Who speaks TLS, and whether what it shows is for the name that it is called by.

A certificate is judged where the release asks cert-manager for it; of others nobody can tell.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from tools.charts.checks.edges import Call, calls_of
from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Manifests, Pod, dig, title
from tools.charts.checks.needs import needs
from tools.charts.checks.programs import GATEWAY, PREFIX, program_of
from tools.charts.checks.variables import Environment

_CERT = f"{PREFIX}TLS_CERT"
_HINT = "tls.enabled is for all of them or none"


def check(manifests: Manifests) -> Iterator[Finding]:
    """Calls between pods, and the Secrets that certificates are read from."""
    for need in needs(manifests):
        for call in calls_of(need, manifests):
            yield from _spoken(call, manifests)
    made = {dig(each, "spec.secretName") for each in manifests.of("Certificate")}
    for container in manifests.containers if made else ():
        secret = _secret(container, manifests)
        if secret and secret not in made:
            message = f"no Certificate makes the Secret {secret}"
            hint = "render one for it, as for the others"
            yield container.finding(f"env[{_CERT}]", message, hint)


def _spoken(call: Call, manifests: Manifests) -> Iterator[Finding]:
    own = any(_has(each, manifests) for each in call.need.pod.containers)
    for target in call.targets:
        # The gateway takes calls in the clear: whoever is in front of it ends TLS.
        if any(_is_gateway(each) for each in target.containers):
            continue
        theirs = any(_has(each, manifests) for each in target.containers)
        if own != theirs:
            how = "without TLS to" if theirs else "by TLS to"
            other = "takes nothing else" if theirs else "has no certificate"
            message = f"{call.need.why} speaks {how} {title(target.owner)}, which {other}"
            yield call.need.pod.finding("", message, _HINT)
        yield from _named(call, target, manifests)


def _named(call: Call, target: Pod, manifests: Manifests) -> Iterator[Finding]:
    secrets = {_secret(each, manifests) for each in target.containers}
    for certificate in manifests.of("Certificate"):
        names = dig(certificate, "spec.dnsNames") or []
        if dig(certificate, "spec.secretName") in secrets and call.need.host not in names:
            message = f"{call.need.why} calls {call.need.host}, which is not in its certificate"
            hint = f"add the name to dnsNames of {title(certificate)}"
            yield call.need.pod.finding("", message, hint)


def _is_gateway(container: Container) -> bool:
    program = program_of(container)
    return program is not None and program.name == GATEWAY


def _has(container: Container, manifests: Manifests) -> bool:
    return _CERT in Environment(container, manifests).variables


def _secret(container: Container, manifests: Manifests) -> str | None:
    """Whose certificate it shows."""
    told = Environment(container, manifests).variables.get(_CERT)
    folder = PurePosixPath(told.value).parent if told else None
    mounted = {
        each.get("name")
        for each in container.fields.get("volumeMounts") or ()
        if folder == PurePosixPath(str(each.get("mountPath")))
    }
    for volume in container.pod.spec.get("volumes") or ():
        if volume.get("name") in mounted:
            return dig(volume, "secret.secretName")  # type: ignore[no-any-return]
    return None
