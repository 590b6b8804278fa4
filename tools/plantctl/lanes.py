"""`plantctl lanes`: postings to outside systems that wait for a person."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import orjson
import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.errors import InvalidError
from tools.plantctl.desks import Desks, Reply, worst
from tools.plantctl.mending import mend
from tools.plantctl.names import entry_name, read_entries, read_entry
from tools.plantctl.options import AsJson, DryRun, Limit, Reason, ServiceName
from tools.plantctl.printing import console, plain, print_json, print_table, since
from tools.plantctl.session import run, say_errors, session

app = typer.Typer(no_args_is_help=True, help="Postings to outside systems that wait for a person.")

Name = Annotated[str, typer.Argument(help="As `list` shows it: erp:12.")]
Names = Annotated[list[str] | None, typer.Argument(help="As `list` shows them: erp:12 erp:13.")]
System = Annotated[str, typer.Option(help="Only this outside system.")]
Key = Annotated[str, typer.Option(help="Only this business key, such as lyon/4711.")]
Code = Annotated[str, typer.Option(help="Only what was refused with this code.")]
Found = Reply[pb.ListLaneEntriesResponse]
_HEADS = ("posting", "system", "key", "#", "reference", "state", "for", "behind", "code", "reason")


@app.command("list")
def list_(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    service: ServiceName = None,
    system: System = "",
    key: Key = "",
    code: Code = "",
    all_open: Annotated[bool, typer.Option("--all", help="Also what is on its way.")] = False,
    in_doubt: Annotated[
        bool, typer.Option("--in-doubt", help="Only where the outside system may hold it twice.")
    ] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what waits, oldest first."""
    request = _request(system, key, code, limit, all_open=all_open, in_doubt=in_doubt)
    replies = run(_list(session(context).desks.narrowed(service), request))
    _print(replies, as_json=as_json)


@app.command()
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show one posting: its payload, and what was done to it."""
    service, id = read_entry(name)
    desks = session(context).desks
    story = run(desks.ask(service, lambda desk: desk.GetLaneEntry(pb.GetLaneEntryRequest(id=id))))
    if as_json:
        print_json(_plain(service, story.entry) | {"story": plain(story)})
        return
    _table([(service, story.entry)])
    console.print_json(story.entry.payload)
    for change in story.changes:
        when = change.at.ToJsonString()
        console.print(f"{when} {change.who}: {change.action}, {change.reason}", markup=False)
    for doubt in story.doubts:
        state = "closed" if doubt.HasField("closed_at") else "open"
        console.print(f"{doubt.kind} ({state}): {', '.join(doubt.documents)}", markup=False)


@app.command()
def fix(
    context: typer.Context,
    name: Name,
    reason: Reason,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="lines.0.item_no=4711-A; repeatable.")
    ] = None,
    payload: Annotated[Path | None, typer.Option(help="The whole as JSON; - reads it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Mend the payload of a parked posting; it waits on, for replay."""
    service, id = read_entry(name)
    fixed = run(_fix(session(context).desks, (service, id), payload, changes or (), reason))
    _answer([(service, fixed.entry)], as_json=as_json)


@app.command()
def replay(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    reason: Reason,
    names: Names = None,
    service: ServiceName = None,
    system: System = "",
    key: Key = "",
    code: Code = "",
    limit: Limit = 50,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let the lane try again: the postings named, or those that match the options."""
    desks = session(context).desks.narrowed(service)
    chosen = read_entries(names or ())
    if not chosen:
        if not (service or system or key or code):
            raise InvalidError("say which postings", field="names", hint="erp:12, or --code ...")
        chosen = run(_choose(desks, _request(system, key, code, limit)))
    replayed = run(_replay(desks, chosen, reason, dry_run=dry_run))
    _answer(replayed, as_json=as_json)
    if not as_json:
        what = "would be replayed" if dry_run else "replayed"
        console.print(f"{len(replayed)} {what}")


@app.command()
def skip(context: typer.Context, name: Name, reason: Reason, as_json: AsJson = False) -> None:
    """Give a posting up for good; the next one of its key goes on."""
    service, id = read_entry(name)
    request = pb.SkipLaneEntryRequest(idempotency_key=str(uuid4()), id=id, reason=reason)
    skipped = run(session(context).desks.ask(service, lambda desk: desk.SkipLaneEntry(request)))
    _answer([(service, skipped.entry)], as_json=as_json)


@app.command("close-doubts")
def close_doubts(
    context: typer.Context, name: Name, reason: Reason, as_json: AsJson = False
) -> None:
    """Say that the documents in the outside system are cleared up (`list --in-doubt`)."""
    service, id = read_entry(name)
    request = pb.CloseDoubtsRequest(idempotency_key=str(uuid4()), id=id, reason=reason)
    closed = run(session(context).desks.ask(service, lambda desk: desk.CloseDoubts(request)))
    _answer([(service, closed.entry)], as_json=as_json)


def _request(
    system: str, key: str, code: str, limit: int, **more: bool
) -> pb.ListLaneEntriesRequest:
    page = PageRequest(size=limit)
    return pb.ListLaneEntriesRequest(system=system, key=key, code=code, page=page, **more)


async def _list(desks: Desks, request: pb.ListLaneEntriesRequest) -> list[Found]:
    return await desks.ask_all(lambda desk: desk.ListLaneEntries(request))


async def _choose(desks: Desks, request: pb.ListLaneEntriesRequest) -> dict[str, list[int]]:
    replies = await _list(desks, request)
    say_errors(replies)
    found = {
        reply.service: [entry.id for entry in reply.answer.entries]
        for reply in replies
        if reply.answer
    }
    return {service: ids for service, ids in found.items() if ids}


async def _fix(
    desks: Desks, name: tuple[str, int], file: Path | None, changes: Sequence[str], reason: str
) -> pb.FixLaneEntryResponse:
    service, id = name
    known = await desks.ask(service, lambda desk: desk.GetLaneEntry(pb.GetLaneEntryRequest(id=id)))
    request = pb.FixLaneEntryRequest(
        idempotency_key=str(uuid4()),
        id=id,
        payload=mend(known.entry.payload, file, changes),
        reason=reason,
    )
    return await desks.ask(service, lambda desk: desk.FixLaneEntry(request))


async def _replay(
    desks: Desks, chosen: dict[str, list[int]], reason: str, *, dry_run: bool
) -> list[tuple[str, pb.LaneEntry]]:
    replayed: list[tuple[str, pb.LaneEntry]] = []
    for service, ids in chosen.items():
        request = pb.ReplayLaneEntriesRequest(
            idempotency_key=str(uuid4()), ids=ids, dry_run=dry_run, reason=reason
        )
        replayed += [(service, entry) for entry in await _release(desks, service, request)]
    return replayed


async def _release(
    desks: Desks, service: str, request: pb.ReplayLaneEntriesRequest
) -> Sequence[pb.LaneEntry]:
    answer = await desks.ask(service, lambda desk: desk.ReplayLaneEntries(request))
    return answer.entries


def _print(replies: Sequence[Found], *, as_json: bool) -> None:
    found = [
        (reply.service, entry)
        for reply in replies
        if reply.answer
        for entry in reply.answer.entries
    ]
    if as_json or found or not worst(replies):
        _answer(found, as_json=as_json)
    if not as_json and any(reply.answer and reply.answer.page.has_more for reply in replies):
        console.print("there are more: --limit")
    say_errors(replies)


def _answer(found: Sequence[tuple[str, pb.LaneEntry]], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(service, entry) for service, entry in found])
    else:
        _table(found)


def _table(found: Sequence[tuple[str, pb.LaneEntry]]) -> None:
    rows = [
        (
            entry_name(service, entry),
            entry.system,
            entry.key,
            str(entry.position),
            entry.reference,
            f"{entry.state}, aside" if entry.aside else entry.state,
            since(entry.since),
            str(entry.behind),
            entry.code,
            entry.aside or f"{entry.field}: {entry.reason}".removeprefix(": "),
        )
        for service, entry in found
    ]
    print_table(_HEADS, rows, empty="nothing waits for a person")


def _plain(service: str, entry: pb.LaneEntry) -> dict[str, object]:
    payload = orjson.loads(entry.payload) if entry.payload else None
    return {"name": entry_name(service, entry), **plain(entry), "payload": payload}
