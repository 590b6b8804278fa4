"""`plantctl mapping`: orders as they came, mapped again: first shown, then applied."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from uuid import uuid4

import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.erp.v1 import mapping_pb2 as pb
from plantmesh.erp.v1.mapping_pb2_grpc import MappingServiceStub

from tools.plantctl.desks import Desks
from tools.plantctl.options import AsJson
from tools.plantctl.printing import console, plain, print_json, print_table, read_time
from tools.plantctl.session import run, session

app = typer.Typer(
    no_args_is_help=True,
    help="Orders as they came, mapped again by the code maps of today: first shown, then applied.",
)

_HEADS = ("document", "field", "is", "would be", "")
_PAGE = 200
System = Annotated[str, typer.Option(help="Whose orders.")]
Since = Annotated[str, typer.Option(help="ISO 8601; what changed in the ERP then or later.")]
WithDrafts = Annotated[bool, typer.Option("--with-drafts", help="As if every draft were approved.")]
Digest = Annotated[str, typer.Option(help="Of the diff, as `diff` printed it.")]


@app.command()
def diff(
    context: typer.Context,
    system: System,
    since: Since,
    with_drafts: WithDrafts = False,
    as_json: AsJson = False,
) -> None:
    """Show what would differ, document by document; nothing is changed."""
    request = pb.DiffMappingRequest(
        system=system, since=read_time(since, "since"), with_drafts=with_drafts
    )
    desks = session(context).desks
    found = _ask(desks, lambda stub: stub.DiffMapping(request)).diff
    _show(desks, found.digest, as_json=as_json)


@app.command()
def show(context: typer.Context, digest: Digest, as_json: AsJson = False) -> None:
    """Show a diff again, and what became of it."""
    _show(session(context).desks, digest, as_json=as_json)


@app.command()
def apply(context: typer.Context, digest: Digest) -> None:
    """Apply a diff as it was shown; broken off, the same command goes on where it ended."""
    desks = session(context).desks
    applied, left = 0, 1
    while left:
        request = pb.ApplyMappingRequest(idempotency_key=str(uuid4()), digest=digest)
        answer = _ask(desks, lambda stub, request=request: stub.ApplyMapping(request))
        applied, left = applied + answer.applied, answer.left
        _say(f"{applied} applied, {answer.overtaken} changed by the ERP meanwhile, {left} left")


def _show(desks: Desks, digest: str, *, as_json: bool) -> None:
    found, changes = run(_all(desks, digest))
    if as_json:
        print_json({**plain(found), "changes": [plain(one) for one in changes]})
        return
    rows = [
        (one.document, each.field, each.old, each.new, _outcome(one))
        for one in changes
        for each in one.fields or [pb.FieldChange(new=one.refusal)]
    ]
    print_table(_HEADS, rows, empty="nothing would differ")
    _say(
        f"{found.changed} of {found.compared} documents would change,"
        f" {found.refused} could not be mapped"
    )
    applied = f", applied by {found.applied_by}" if found.applied_by else ""
    _say(f"digest {found.digest}, reviewed by {found.reviewed_by}{applied}")


async def _all(desks: Desks, digest: str) -> tuple[pb.MappingDiff, list[pb.MappingChange]]:
    found = pb.MappingDiff()
    changes: list[pb.MappingChange] = []
    async for page in _pages(desks, digest):
        found = page.diff
        changes += page.changes
    return found, changes


async def _pages(desks: Desks, digest: str) -> AsyncIterator[pb.ListMappingChangesResponse]:
    cursor, more = "", True
    while more:
        request = pb.ListMappingChangesRequest(
            digest=digest, page=PageRequest(size=_PAGE, cursor=cursor)
        )
        page = await desks.reach("erp", MappingServiceStub, _listing(request))
        yield page
        cursor, more = page.page.end_cursor, page.page.has_more


def _listing(request: pb.ListMappingChangesRequest) -> Callable[[Any], Any]:
    return lambda stub: stub.ListMappingChanges(request)


def _outcome(change: pb.MappingChange) -> str:
    name = pb.ChangeOutcome.Name(change.outcome).removeprefix("CHANGE_OUTCOME_").lower()
    return "" if name == "open" else name


def _ask(desks: Desks, ask: Any) -> Any:
    return run(desks.reach("erp", MappingServiceStub, ask))


def _say(text: str) -> None:
    console.print(text, highlight=False, markup=False)
