"""Workloads, jobs and Leases as their objects tell of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.kit.cluster import Json
from tools.plantctl.cluster.namespace import COMPONENT

MIGRATION = "migrate"
"""The component of the Job that migrates."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment or StatefulSet; `images` are what its pods run, `troubles` why some do not."""

    component: str
    kind: str
    name: str
    ready: int
    wanted: int
    state: str
    images: tuple[str, ...]
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A Job: running, complete or failed, and since when (seconds)."""

    component: str
    name: str
    state: str
    seconds: float
    detail: str

    @property
    def kind(self) -> str:
        """A migration, or any other."""
        return "migration" if self.component == MIGRATION else "job"


@dataclass(frozen=True, slots=True)
class Term:
    """Who leads: by a Lease, or as a pod says of itself; `epoch` None where it says none."""

    name: str
    state: str
    holder: str
    epoch: int | None
    renewed_seconds: float | None = None


def component_of(item: Json) -> str:
    """By its label; its name without one."""
    metadata = item["metadata"]
    return str(metadata.get("labels", {}).get(COMPONENT, metadata["name"]))


def read_workload(kind: str, item: Json, pods: Sequence[Json]) -> Workload:
    """With the pods of its selector among `pods`."""
    wanted, status = item["spec"].get("replicas", 1), item.get("status", {})
    selector = item["spec"].get("selector", {}).get("matchLabels", {})
    own = [pod for pod in pods if selector and _has(pod, selector)]
    ready = status.get("readyReplicas", 0)
    return Workload(
        component_of(item),
        kind,
        item["metadata"]["name"],
        ready,
        wanted,
        _state_of(item, ready, wanted),
        tuple(sorted({image for pod in own for image in _images(pod)})),
        tuple(trouble for pod in own for trouble in troubles_of(pod)),
    )


def read_task(item: Json, now: datetime) -> Task:
    """By its newest condition that holds."""
    status = item.get("status", {})
    held = {one["type"]: one for one in status.get("conditions", ()) if one["status"] == "True"}
    for type, state in (("Complete", "complete"), ("Failed", "failed")):
        if condition := held.get(type):
            since = _seconds(condition.get("lastTransitionTime"), now)
            detail = " ".join(filter(None, (condition.get("reason"), condition.get("message"))))
            return Task(component_of(item), item["metadata"]["name"], state, since, detail)
    since = _seconds(status.get("startTime") or item["metadata"].get("creationTimestamp"), now)
    tries = status.get("failed", 0)
    return Task(
        component_of(item),
        item["metadata"]["name"],
        "running",
        since,
        f"{tries} tries failed" if tries else "",
    )


def read_term(item: Json, now: datetime) -> Term:
    """A Lease; one that nobody renews for twice its duration is stale, whoever it names."""
    spec = item.get("spec") or {}
    holder = spec.get("holderIdentity") or ""
    renewed = _seconds(spec["renewTime"], now) if spec.get("renewTime") else None
    late = renewed is not None and renewed > 2 * spec.get("leaseDurationSeconds", 15)
    state = ("stale" if late else "held") if holder else "free"
    return Term(item["metadata"]["name"], state, holder, spec.get("leaseTransitions", 0), renewed)


def troubles_of(pod: Json) -> Iterator[str]:
    """Why containers of a pod do not run, and how often they died."""
    status = pod.get("status", {})
    statuses = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
    name = pod["metadata"]["name"]
    if not statuses and status.get("phase") == "Pending":
        unmet = [one for one in status.get("conditions", ()) if one["status"] != "True"]
        yield f"{name}: {', '.join(one.get('reason', one['type']) for one in unmet) or 'Pending'}"
    for container in statuses:
        waiting = container.get("state", {}).get("waiting", {}).get("reason", "")
        died = container.get("lastState", {}).get("terminated", {})
        if waiting or died:
            why = died.get("reason", "")
            again = f"{container.get('restartCount', 0)} restarts, {why}".strip(", ")
            yield f"{name}: {waiting or again}" + (f" ({again})" if waiting and died else "")


def short_image(image: str) -> str:
    """Its digest's first twelve, or what it is called where it has none."""
    name, at, digest = image.rpartition("@")
    return f"{name.rpartition('/')[2]}@{digest[:19]}" if at else image.rpartition("/")[2]


def _state_of(item: Json, ready: int, wanted: int) -> str:
    status = item.get("status", {})
    if status.get("observedGeneration", 0) < item["metadata"].get("generation", 0):
        return "unseen"
    if wanted == 0:
        return "off" if not status.get("replicas") else "ending"
    if status.get("updatedReplicas", 0) < wanted:
        return "rolling"
    return "ready" if ready >= wanted else "short"


def _images(pod: Json) -> Iterator[str]:
    """What really runs: the digest that the node pulled; else what was asked for."""
    for container in pod.get("status", {}).get("containerStatuses", ()):
        pulled = container.get("imageID", "").removeprefix("docker-pullable://")
        yield pulled or container.get("image", "")


def _has(pod: Json, labels: Json) -> bool:
    own = pod["metadata"].get("labels", {})
    return all(own.get(name) == value for name, value in labels.items())


def _seconds(stamp: str | None, now: datetime) -> float:
    if not stamp:
        return 0.0
    moment = datetime.fromisoformat(stamp)
    return max((now - moment.astimezone(UTC)).total_seconds(), 0.0)
