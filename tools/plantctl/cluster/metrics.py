"""What a pod's own metrics say of its flows and terms, read through the API server's pod proxy.

So nobody needs a port of the cluster, nor a token of the platform: the right `get pods/proxy` is
enough. The page is the one that Prometheus scrapes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from services.kit.cluster import Json
from services.kit.errors import DomainError, InvalidError
from tools.plantctl.cluster.namespace import COMPONENT, Namespace

_PORT = "metrics"
_DEPTH, _OLDEST = "plantmesh_flow_depth", "plantmesh_flow_oldest_seconds"
_LEADING, _EPOCH = "plantmesh_elector_leading", "plantmesh_elector_epoch"
_SECONDS = 5.0


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
    """What one pod said, or why it did not; `leads` are leases and the epoch of its term."""

    pod: str
    component: str
    flows: tuple[Flow, ...] = ()
    leads: tuple[tuple[str, int | None], ...] = ()
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
    depths: dict[tuple[str, str, str], float] = {}
    ages: dict[tuple[str, str, str], float] = {}
    leads: list[str] = []
    epochs: dict[str, int] = {}
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                key = tuple(sample.labels.get(label, "") for label in ("kind", "name", "state"))
                if sample.name == _DEPTH:
                    depths[key[0], key[1], key[2]] = sample.value
                elif sample.name == _OLDEST:
                    ages[key[0], key[1], key[2]] = sample.value
                elif sample.name == _LEADING and sample.value:
                    leads.append(sample.labels.get("lease", ""))
                elif sample.name == _EPOCH:
                    epochs[sample.labels.get("lease", "")] = int(sample.value)
    except ValueError as error:
        raise InvalidError(f"its metrics cannot be read: {error}", code="bad_metrics") from error
    flows = [Flow(component, *key, int(depth), ages.get(key, 0.0)) for key, depth in depths.items()]
    return Page(pod, component, tuple(flows), tuple((one, epochs.get(one)) for one in leads))


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
