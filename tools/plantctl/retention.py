"""`plantctl audit export|prune`: what is old enough goes to the service's archive, then goes."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import uuid4

import typer
from plantmesh.ops.v1 import audit_pb2 as pb
from plantmesh.ops.v1.audit_pb2_grpc import AuditServiceStub

from tools.plantctl.desks import Reply
from tools.plantctl.options import AsJson, Reason, ServiceName
from tools.plantctl.printing import plain, print_json, print_table
from tools.plantctl.session import run, say_errors, session

Days = Annotated[
    int, typer.Option("--older-than", min=0, help="Days since it was sealed; 0 is everything.")
]
_HEADS = ("service", "chain", "seals", "rows", "file", "sha256")


def export(
    context: typer.Context, older_than: Days, service: ServiceName = None, as_json: AsJson = False
) -> None:
    """Write what is old enough to files of the archive, and prove them; nothing is removed."""

    async def ask(stub: Any) -> list[pb.AuditExport]:
        return await _export(stub, older_than)

    replies = _ask(context, service, ask)
    if as_json:
        print_json({one.service: [plain(each) for each in one.answer or ()] for one in replies})
    else:
        rows = [_row(one.service, each) for one in replies for each in one.answer or ()]
        print_table(_HEADS, rows, empty="nothing is old enough that was not exported")
    say_errors(replies)


def prune(
    context: typer.Context,
    reason: Reason,
    older_than: Days,
    service: ServiceName = None,
    as_json: AsJson = False,
) -> None:
    """Export what is old enough, and tell the chain that it goes; it goes once that is sealed."""

    async def ask(stub: Any) -> list[str]:
        await _export(stub, older_than)
        key = str(uuid4())
        answer = await stub.PruneAudit(
            pb.PruneAuditRequest(idempotency_key=key, kept_days=older_than, reason=reason)
        )
        return list(answer.exports)

    replies = _ask(context, service, ask)
    if as_json:
        print_json({one.service: one.answer or [] for one in replies})
    else:
        rows = [(one.service, name) for one in replies for name in one.answer or ()]
        print_table(("service", "goes, up to the end of"), rows, empty="nothing is old enough")
    say_errors(replies)


async def _export(stub: Any, older_than: int) -> list[pb.AuditExport]:
    """File by file."""
    found: list[pb.AuditExport] = []
    more = True
    while more:
        answer = await stub.ExportAudit(pb.ExportAuditRequest(kept_days=older_than))
        found += answer.exports
        more = answer.more
    return found


def _ask(
    context: typer.Context, service: str | None, ask: Callable[[Any], Awaitable[Any]]
) -> list[Reply[Any]]:
    desks = session(context).desks.narrowed(service)
    return run(desks.reach_all(AuditServiceStub, ask))


def _row(service: str, one: pb.AuditExport) -> tuple[str, ...]:
    seals = f"{one.first_seal}-{one.last_seal}"
    return service, str(one.partition), seals, str(one.rows), one.name, one.sha256
