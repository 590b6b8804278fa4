"""`plantctl drain NAME`: let one component finish what it has begun, and keep it away.

Its workload goes to 0 replicas; each process takes readiness away, ends what is in hand and gives
its partitions and leases back within its grace period. What it still had to do stays in the
database and in the streams, and is said here. `--undo` brings it back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from services.kit.cluster import Json
from services.kit.errors import ConflictError, InvalidError, NotFoundError
from tools.plantctl.cluster.metrics import Flow
from tools.plantctl.cluster.namespace import Namespace
from tools.plantctl.cluster.place import Context, Kubeconfig, NamespaceName, Place
from tools.plantctl.cluster.report import read_report
from tools.plantctl.cluster.workloads import component_of
from tools.plantctl.options import AsJson
from tools.plantctl.printing import age, console, print_json, print_table
from tools.plantctl.session import SaidError

BEFORE = "plantmesh.dev/drained-from"
"""The annotation that remembers how many replicas there were."""

_TRIES = 5
_HEADS = ("component", "what", "name", "state", "waiting", "oldest")

Name = Annotated[str, typer.Argument(help="A component as `status` shows it: erp, mes, gateway.")]
Undo = Annotated[bool, typer.Option("--undo", help="Bring it back as it was.")]
Seconds = Annotated[float, typer.Option("--timeout", min=1, help="Seconds to wait at most.")]


@dataclass(frozen=True, slots=True)
class Drained:
    """`pods` are still ending (or not ready after an undo); `waiting` is what waits for it."""

    component: str
    replicas: int
    pods: tuple[str, ...]
    waiting: tuple[Flow, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    plural: str
    item: Json

    @property
    def name(self) -> str:
        return str(self.item["metadata"]["name"])

    @property
    def pods(self) -> str:
        """The selector of its pods."""
        labels = self.item["spec"]["selector"]["matchLabels"]
        return ",".join(f"{key}={value}" for key, value in labels.items())


def drain(  # noqa: PLR0913 - the options of a command
    name: Name,
    undo: Undo = False,
    seconds: Seconds = 120,
    as_json: AsJson = False,
    context: Context = "",
    namespace: NamespaceName = "",
    kubeconfig: Kubeconfig = None,
) -> None:
    """Take one component out of work cleanly, wait, and say what is left; exits 1 if pods are."""
    act = bring_back if undo else take_out
    done = Place(context, namespace, kubeconfig).run(lambda there: act(there, name, seconds))
    if as_json:
        print_json(
            {
                "component": done.component,
                "replicas": done.replicas,
                "pods": list(done.pods),
                "waiting": [_cells(flow) for flow in done.waiting],
            }
        )
    else:
        _say(done, undo=undo)
    if done.pods:
        raise SaidError(ConflictError(f"{len(done.pods)} pods are not done", code="not_drained"))


async def take_out(namespace: Namespace, name: str, seconds: float) -> Drained:
    """Scale it to nothing and wait for its pods; safe to repeat."""
    target = await _target(namespace, name)
    await _refuse_keda(namespace, target)
    before = await read_report(namespace)
    await _scale(namespace, target, _down)
    left = await namespace.until("pods", target.pods, lambda pods: not pods, seconds)
    waiting = [flow for flow in before.flows if flow.depth and _is_for(flow, name)]
    return Drained(name, 0, tuple(pod["metadata"]["name"] for pod in left), tuple(waiting))


async def bring_back(namespace: Namespace, name: str, seconds: float) -> Drained:
    """As many replicas as before; raises ConflictError for one that was not drained."""
    target = await _target(namespace, name)
    scaled = await _scale(namespace, target, _up)
    wanted = scaled["spec"]["replicas"]

    def whole(pods: list[Json]) -> bool:
        return sum(map(_is_ready, pods)) >= int(wanted)

    pods = await namespace.until("pods", target.pods, whole, seconds)
    unready = [pod["metadata"]["name"] for pod in pods if not _is_ready(pod)]
    missing = wanted - len(pods)
    return Drained(name, wanted, (*unready, *(["a pod that is not there yet"] * missing)))


async def _target(namespace: Namespace, name: str) -> _Target:
    found = [
        _Target(plural, item)
        for plural in ("deployments", "statefulsets")
        for item in (await namespace.find(plural)).items
    ]
    of_name = [one for one in found if name in (component_of(one.item), one.name)]
    if not of_name:
        known = ", ".join(sorted({component_of(one.item) for one in found}))
        raise NotFoundError(f"no component {name}", field="name", hint=f"there are: {known}")
    if len(of_name) > 1:
        names = ", ".join(one.name for one in of_name)
        raise InvalidError(
            f"{name} is the component of several: {names}",
            code="ambiguous",
            field="name",
            hint="say which by the name of its Deployment or StatefulSet",
        )
    return of_name[0]


async def _refuse_keda(namespace: Namespace, target: _Target) -> None:
    """An HPA rests at 0 replicas; KEDA would wake the component at the next event."""
    for scaler in (await namespace.find("horizontalpodautoscalers", "")).items:
        owners = scaler["metadata"].get("ownerReferences", ())
        keda = [owner["name"] for owner in owners if owner["kind"] == "ScaledObject"]
        if keda and scaler["spec"]["scaleTargetRef"]["name"] == target.name:
            raise ConflictError(
                f"KEDA scales {target.name}",
                code="scaled_by_keda",
                field="name",
                hint=f"first: kubectl annotate scaledobject {keda[0]}"
                " autoscaling.keda.sh/paused=true --overwrite",
            )


def _down(item: Json) -> Json:
    """Nobody's memory is overwritten by a second drain."""
    replicas = item["spec"].get("replicas", 1)
    if not replicas:
        return {}
    return {
        "metadata": {"annotations": {BEFORE: str(replicas)}},
        "spec": {"replicas": 0},
    }


def _up(item: Json) -> Json:
    before = item["metadata"].get("annotations", {}).get(BEFORE)
    if before is None:
        raise ConflictError(
            f"{item['metadata']['name']} was not drained", code="not_drained", field="name"
        )
    return {"metadata": {"annotations": {BEFORE: None}}, "spec": {"replicas": int(before)}}


async def _scale(namespace: Namespace, target: _Target, change: Callable[[Json], Json]) -> Json:
    """Only over what was read; somebody else's change is read first, and then decided anew."""
    item = target.item
    for _ in range(_TRIES):
        patch = change(item)
        if not patch:
            return item
        patch["metadata"]["resourceVersion"] = item["metadata"]["resourceVersion"]
        try:
            return await namespace.patch(target.plural, target.name, patch)
        except ConflictError:
            item = await namespace.get(target.plural, target.name)
    raise ConflictError(f"{target.name} changes faster than it can be scaled", code="contended")


def _is_for(flow: Flow, name: str) -> bool:
    """What it has to do itself, and what others have published for it."""
    reads = flow.kind == "subscriber" and flow.name.split()[0] == name
    return flow.component == name or reads


def _is_ready(pod: Json) -> bool:
    conditions = pod.get("status", {}).get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _cells(flow: Flow) -> dict[str, object]:
    return {
        "component": flow.component,
        "kind": flow.kind,
        "name": flow.name,
        "state": flow.state,
        "depth": flow.depth,
        "oldest_seconds": flow.oldest,
    }


def _say(done: Drained, *, undo: bool) -> None:
    for pod in done.pods:
        console.print(f"not done: {pod}", highlight=False, markup=False)
    if undo:
        console.print(f"{done.component} has {done.replicas} replicas again", highlight=False)
        return
    if not done.pods:
        console.print(f"{done.component} is drained; --undo brings it back", highlight=False)
    rows = [
        (flow.component, flow.kind, flow.name, flow.state, str(flow.depth), age(flow.oldest))
        for flow in done.waiting
    ]
    print_table(_HEADS, rows, empty="nothing waits for it")
