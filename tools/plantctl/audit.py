"""`plantctl audit`: who changed what, whether the record was tampered with, and its retention."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.ops.v1 import audit_pb2 as pb
from plantmesh.ops.v1.audit_pb2_grpc import AuditServiceStub

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from tools.auditor.verdict import Verdict, flaw_name, lines
from tools.auditor.verdict import verify as ask
from tools.plantctl import offline, retention
from tools.plantctl.desks import Reply
from tools.plantctl.options import AsJson, Limit, ServiceName
from tools.plantctl.printing import plain, print_error, print_json, print_table
from tools.plantctl.session import SaidError, run, say_errors, session

app = typer.Typer(no_args_is_help=True, help="Who changed what, and whether the record is whole.")
app.command()(retention.export)
app.command()(retention.prune)
app.command()(offline.check)

Kind = Annotated[str, typer.Option(help="Only of this kind of thing, such as work_order.")]
Key = Annotated[str, typer.Option(help="Only this thing, such as lyon/4711.")]
Who = Annotated[str, typer.Option(help="Only what this person or service did.")]
Since = Annotated[str, typer.Option(help="From then on: 2026-05-04T14:00:00+02:00.")]
_HEADS = ("when (UTC)", "service", "#", "who", "what", "key", "change", "reason", "through")


@app.command()
def show(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    service: ServiceName = None,
    kind: Kind = "",
    key: Key = "",
    who: Who = "",
    since: Since = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show changes, newest first; # is the place in the chain, - until it is sealed."""
    request = pb.ListAuditRowsRequest(kind=kind, key=key, who=who, page=PageRequest(size=limit))
    if since:
        request.since.FromDatetime(Instant.parse(since).moment)
    desks = session(context).desks.narrowed(service)
    replies = run(desks.reach_all(AuditServiceStub, lambda stub: stub.ListAuditRows(request)))
    rows = [row for reply in replies if reply.answer for row in reply.answer.rows]
    rows.sort(key=lambda row: row.at.ToNanoseconds(), reverse=True)
    if as_json:
        print_json([plain(row) for row in rows[:limit]])
    else:
        print_table(_HEADS, map(_line, rows[:limit]), empty="no such change")
    say_errors(replies)


@app.command()
def verify(
    context: typer.Context,
    service: ServiceName = None,
    everything: Annotated[
        bool,
        typer.Option("--all", help="From the first seal, and every export; else the newest."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute the chains again and compare the anchors; exits 1 when anything was tampered with."""
    desks = session(context).desks.narrowed(service)
    name = f"{session(context).user}/{uuid4()}"
    replies = run(
        desks.reach_all(AuditServiceStub, lambda stub: ask(stub, run=name, whole=everything))
    )
    if as_json:
        print_json({reply.service: _plain(reply) for reply in replies})
    else:
        for reply in replies:
            if reply.answer:
                typer.echo("\n".join(lines(reply.service, reply.answer)))
    say_errors(replies)
    if any(reply.answer and reply.answer.found for reply in replies):
        error = ConflictError("the record was tampered with, or cannot be proved", code="tampered")
        print_error(error)
        raise SaidError(error)


def _plain(reply: Reply[Verdict]) -> dict[str, object]:
    verdict = reply.answer
    if verdict is None:
        return {"error": reply.error.code if reply.error else ""}
    findings = [plain(one) | {"flaw": flaw_name(one)} for one in verdict.findings]
    lists = {"cuts": list(verdict.cuts), "keys": list(verdict.keys), "findings": findings}
    return {**vars(verdict), **lists}


def _line(row: pb.AuditRow) -> tuple[str, ...]:
    at: datetime = row.at.ToDatetime(tzinfo=UTC)
    return (
        f"{at:%Y-%m-%d %H:%M:%S}",
        row.service,
        f"{row.partition}.{row.seq}" if row.seq else "-",
        f"{row.who} via {row.via}" if row.via else row.who,
        row.kind,
        row.key,
        _change(row),
        row.reason,
        row.method,
    )


def _change(row: pb.AuditRow) -> str:
    if row.withheld:
        return "withheld"
    return f"{row.old if row.HasField('old') else 'new'} > {row.new or 'gone'}"
