"""`plantctl status`: how everything stands, in all services of a mesh or of a cluster."""

from collections.abc import Iterator, Sequence

import typer
from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.errors import UnavailableError
from tools.plantctl.cluster.place import Context, Kubeconfig, NamespaceName, Place
from tools.plantctl.cluster.status import Everything, show
from tools.plantctl.desks import Reply, worst
from tools.plantctl.options import AsJson, ServiceName
from tools.plantctl.printing import age, console, plain, print_json, print_table
from tools.plantctl.session import run, say_errors, session
from tools.plantctl.ways import ways_out

Replies = Sequence[Reply[pb.GetStatusResponse]]
_HEADS = ("process", "what", "name", "state", "waiting", "oldest", "detail")
_WELL = ("active", "idle")
_SECONDS = 4.0
"""A process that hangs is told of as one that is away; a service answers within two."""


def status(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    service: ServiceName = None,
    everything: Everything = False,
    as_json: AsJson = False,
    kube_context: Context = "",
    namespace: NamespaceName = "",
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show what waits and what is not well in every service; exits 2 when one is away.

    With --context, --namespace or --kubeconfig: of a cluster, its workloads and leases too.
    """
    place = Place(kube_context, namespace, kubeconfig)
    if place.told:
        show(place, component=service, everything=everything, as_json=as_json)
        return
    desks = session(context).desks.narrowed(service)
    request = pb.GetStatusRequest()
    replies = run(desks.ask_replicas(lambda desk: desk.GetStatus(request, timeout=_SECONDS)))
    rows = list(_rows(replies, everything=everything))
    if as_json:
        print_json([_plain(reply) for reply in replies])
    elif rows or not worst(replies):
        print_table(_HEADS, rows, empty=f"all is well, nothing waits ({len(replies)} processes)")
        for way in ways_out((row[1], row[3]) for row in rows):
            console.print(way, highlight=False, markup=False)
    say_errors(replies)


def _rows(replies: Replies, *, everything: bool) -> Iterator[tuple[str, ...]]:
    for reply in replies:
        if isinstance(reply.error, UnavailableError):
            yield reply.service, "process", "", "away", "", "", str(reply.error)
        for flow in reply.answer.flows if reply.answer else ():
            if everything or _is_news(flow):
                instance = reply.answer.instance if reply.answer else ""
                depth = str(flow.depth) if flow.depth else ""
                about = flow.kind, flow.name, flow.state, depth, age(flow.oldest_seconds)
                yield instance, *about, flow.detail


def _is_news(flow: pb.Flow) -> bool:
    if flow.kind == "component":
        return flow.state not in _WELL
    return flow.depth > 0 or bool(flow.state) or bool(flow.detail)


def _plain(reply: Reply[pb.GetStatusResponse]) -> dict[str, object]:
    if reply.answer is not None:
        return plain(reply.answer)
    error = reply.error
    return {"service": reply.service, "error": error.code if error else "", "reason": str(error)}
