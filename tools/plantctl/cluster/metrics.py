"""What a pod's own metrics say of its flows and terms, read through the API server's pod proxy.

So nobody needs a port of the cluster, nor a token of the platform: the right `get pods/proxy` is
enough. The page is the one that Prometheus scrapes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from services.kit.cluster import Json
from services.kit.errors import DomainError, InvalidError
from tools.plantctl.cluster.namespace import COMPONENT, Namespace

_PORT = "metrics"
_DEPTH, _OLDEST = "plantmesh_flow_depth", "plantmesh_flow_oldest_seconds"
_LEADING, _EPOCH = "plantmesh_elector_leading", "plantmesh_elector_epoch"
_PART = "plantmesh_component_state"
_WELL = ("active", "idle")
_SECONDS = 5.0
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Flow:
    """What waits in a component; `oldest` is how long the oldest has waited (seconds)."""

    component: str
    kind: str
    name: str
    state: str
    depth: int
    oldest: float


@dataclass(frozen=True, slots=True)
class Page:
    """What one pod said, or why it did not; `leads` are leases and the epoch of its term.

    `unwell` are its parts that are not doing their work, with the state of each.
    """

    pod: str
    component: str
    flows: tuple[Flow, ...] = ()
    leads: tuple[tuple[str, int | None], ...] = ()
    unwell: tuple[tuple[str, str], ...] = ()
    error: DomainError | None = None


async def read_page(namespace: Namespace, pod: Json) -> Page | None:
    """Of a pod; None where it has no such port, as the gateway's has not."""
    metadata = pod["metadata"]
    name, component = metadata["name"], metadata.get("labels", {}).get(COMPONENT, "")
    port = metrics_port(pod)
    if port is None:
        return None
    path = f"{namespace.folder('pods')}/{name}:{port}/proxy/metrics"
    try:
        return parse(name, component, await namespace.text(path, seconds=_SECONDS))
    except DomainError as error:
        return Page(name, component, error=error)


def metrics_port(pod: Json) -> int | None:
    """The number of the port of that name."""
    for container in pod["spec"].get("containers", ()):
        for port in container.get("ports", ()):
            if port.get("name") == _PORT:
                return int(port["containerPort"])
    return None


def parse(pod: str, component: str, text: str) -> Page:
    """From Prometheus' text format; raises InvalidError."""
    found = _samples(text)
    ages = {_key(labels): value for labels, value in found[_OLDEST]}
    flows = [
        Flow(component, *_key(labels), int(depth), ages.get(_key(labels), 0.0))
        for labels, depth in found[_DEPTH]
    ]
    epochs = {labels.get("lease", ""): int(value) for labels, value in found[_EPOCH]}
    leads = [labels.get("lease", "") for labels, value in found[_LEADING] if value]
    parts = [
        (labels.get("component", ""), labels.get("state", ""))
        for labels, value in found[_PART]
        if value
    ]
    return Page(
        pod,
        component,
        tuple(flows),
        tuple((one, epochs.get(one)) for one in leads),
        tuple(sorted(part for part in parts if part[1] not in _WELL)),
    )


def _samples(text: str) -> Mapping[str, list[tuple[Labels, float]]]:
    """By their names, in order."""
    found: defaultdict[str, list[tuple[Labels, float]]] = defaultdict(list)
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                found[sample.name].append((sample.labels, sample.value))
    except ValueError as error:
        raise InvalidError(f"its metrics cannot be read: {error}", code="bad_metrics") from error
    return found


def _key(labels: Labels) -> tuple[str, str, str]:
    return labels.get("kind", ""), labels.get("name", ""), labels.get("state", "")


def merge(pages: Iterable[Page]) -> list[Flow]:
    """Every replica shows the same, some a little later: the highest counts, never the sum."""
    found: dict[tuple[str, str, str, str], Flow] = {}
    for page in pages:
        for flow in page.flows:
            key = flow.component, flow.kind, flow.name, flow.state
            known = found.get(key)
            if known is None or (flow.depth, flow.oldest) > (known.depth, known.oldest):
                found[key] = flow
    return [found[key] for key in sorted(found)]
