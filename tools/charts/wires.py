"""Who talks to whom, encrypted how, shown which certificate: read from what production renders.

`make golden` writes the table into docs/kubernetes.md; tests/charts compares.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tools.charts.checks.manifests import Manifests, Pod, name_of
from tools.charts.checks.needs import Need, needs
from tools.charts.checks.programs import PREFIX
from tools.charts.checks.variables import Environment
from tools.charts.render import CHARTS, read_values, render
from tools.mesh.people import SERVICES

PAGE = CHARTS.parent / "docs" / "kubernetes.md"
EXAMPLES = (("plantmesh", "production"), ("plantmesh-edge", "edge"))
_BEGIN, _END = "<!-- wires -->\n", "<!-- /wires -->\n"
_HEAD = ("who", "calls", "encrypted", "who shows a certificate, and who signed it")
_MUTUAL = "both, from `FULLNAME-COMPONENT-tls`; its `ca.crt`"
_OUTSIDE = {
    "DATABASE_URL": "PostgreSQL",
    "REDIS_URL": "Redis",
    "JWKS_URL": "the issuer",
    "ISSUER": "the issuer",
    "TOKEN_URL": "the issuer",
    "OTLP_ENDPOINT": "the collector of traces",
}
_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
# What no manifest tells.
_CLIENTS = (
    ("clients", "Ingress or Gateway, `/graphql`", "TLS", "it, from a Secret of yours; your choice"),
    (
        "Ingress or Gateway",
        "gateway:8080, HTTP",
        "no",
        "nobody; `networkPolicy.clients` lets it in",
    ),
    ("plantctl", "services and collector:50051, gRPC", "mutual TLS", "both, as between services"),
)


class Wire(NamedTuple):
    """One kind of call; `who` makes it."""

    who: str
    whom: str
    encrypted: str
    shown: str


def wires() -> list[Wire]:
    """Of both charts, as production has them."""
    found = []
    for chart, example in EXAMPLES:
        file = CHARTS / "examples" / f"{example}.yaml"
        manifests = Manifests(render(chart, [file]))
        found += [wire for need in needs(manifests) for wire in _of(need, chart, manifests)]
        found += [wire for pod in manifests.pods for wire in _watched(pod, chart)]
    return found


def table() -> str:
    """In Markdown; callers of the same are on one line."""
    callers: dict[tuple[str, ...], list[str]] = {}
    for who, *rest in wires():
        known = callers.setdefault(tuple(rest), [])
        known += [who] if who not in known else []
    rows = [(_together(who), *rest) for rest, who in callers.items()]
    lines = [_HEAD, ("---",) * len(_HEAD), *_CLIENTS, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _together(callers: Sequence[str]) -> str:
    if not set(SERVICES) <= set(callers):
        return ", ".join(callers)
    return ", ".join(("services", *(each for each in callers if each not in SERVICES)))


def page() -> str:
    """The page as it should be; raises ValueError when it has no place for the table."""
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"{PAGE.name} has no {_BEGIN.strip()} with an end")
    return f"{before}{_BEGIN}{table()}{_END}{after}"


def _of(need: Need, chart: str, manifests: Manifests) -> Iterator[Wire]:
    if need.why == "the names of hosts":
        return
    who, told = _short(need.pod, chart), _told(need.pod, manifests)
    variable = need.why.removeprefix(PREFIX)
    text = told.get(need.why, "")
    if variable.endswith(("ADDRESS", "ADDRESSES")):
        whom = f"{need.host.split('.')[0].removeprefix('plantmesh-')}:{need.port}, gRPC"
        yield Wire(who, whom, *_mutual(f"{PREFIX}TLS_CERT" in told))
    elif variable == "SUBGRAPHS":
        yield Wire(who, f"graphs of all services:{need.port}, HTTP", *_mutual("https://" in text))
    elif variable == "GATEWAY_URL":
        yield Wire(who, f"gateway:{need.port}, HTTP", "no", "nobody")
    elif variable in _OUTSIDE:
        whom = f"{_OUTSIDE[variable]}:{need.port}"
        yield Wire(who, whom, *_outside(variable, text, chart))
    elif need.why == "its token":
        yield Wire(who, "the API server", "TLS", "it; the cluster's own authority")
    elif need.why == "its sources":
        yield Wire(who, "machines, OPC UA", "as each source says", "as OPC UA has it")
    else:
        yield Wire(
            who, f"ERPs ({need.why})", "as the system's URL says", "it; an authority of the image"
        )


def _mutual(is_so: bool) -> tuple[str, str]:
    return ("mutual TLS", _MUTUAL) if is_so else ("no", "nobody")


def _outside(variable: str, text: str, chart: str) -> tuple[str, str]:
    values = read_values(CHARTS / chart / "values.yaml")
    if variable == "DATABASE_URL":
        mode = text.partition("sslmode=")[2].partition("&")[0]
        return f"TLS, {mode}", f"it; `{values['database']['existingCaSecret']}`"
    if variable == "REDIS_URL" and text.startswith("rediss"):
        return "TLS, its name is checked", f"it; `{values['redis']['existingCaSecret']}`"
    if text.startswith("https"):
        return "TLS, its name is checked", "it; an authority of the image"
    return "as its URL says: no", "nobody"


def _watched(pod: Pod, chart: str) -> Iterator[Wire]:
    for container in pod.containers:
        ports = {each["name"]: each["containerPort"] for each in container.fields.get("ports", ())}
        if "metrics" in ports:
            yield Wire(
                "Prometheus", f"metrics of services:{ports['metrics']}, HTTP", "no", "nobody"
            )
        for probe in _PROBES:
            how = container.fields.get(probe) or {}
            kind = "HTTP, also metrics" if "httpGet" in how else "gRPC"
            whom = "gateway" if "httpGet" in how else "services"
            if how:
                yield Wire("kubelet", f"health of {whom}:{ports['health']}, {kind}", "no", "nobody")


def _short(pod: Pod, chart: str) -> str:
    return (
        name_of(pod.owner)
        .removeprefix("plantmesh-")
        .removeprefix(f"{chart}-")
        .removeprefix("edge-")
    )


def _told(pod: Pod, manifests: Manifests) -> Mapping[str, str]:
    containers: Sequence[Mapping[str, str]] = [
        {name: each.value for name, each in Environment(box, manifests).variables.items()}
        for box in pod.containers
    ]
    return {name: value for each in containers for name, value in each.items()}
