"""`plantctl sources`: how fresh the news of each outside system are."""

import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.erp.v1 import sources_pb2 as pb
from plantmesh.erp.v1.sources_pb2_grpc import SourceServiceStub

from tools.plantctl.options import AsJson, Limit
from tools.plantctl.printing import age, day, plain, print_json, print_table, since
from tools.plantctl.session import run, session

_HEADS = ("system", "state", "heard", "may be silent", "last change", "came late by", "why silent")


def sources(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show when each ERP was last heard, and how late its last change came."""
    request = pb.ListSourcesRequest(page=PageRequest(size=limit))
    desks = session(context).desks
    answer = run(desks.reach("erp", SourceServiceStub, lambda stub: stub.ListSources(request)))
    if as_json:
        print_json([plain(one) for one in answer.sources])
        return
    rows = [
        (
            one.system,
            pb.SourceState.Name(one.state).removeprefix("SOURCE_STATE_"),
            f"{since(one.heard_at)} ago" if one.HasField("heard_at") else "never",
            age(one.interval_seconds),
            day(one.changed_at),
            age(one.lag_seconds),
            one.reason,
        )
        for one in answer.sources
    ]
    print_table(_HEADS, rows, empty="no outside system is set up")
