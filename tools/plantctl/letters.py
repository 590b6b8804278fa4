"""`plantctl dead-letters`: events that a service refused, and everything parked behind them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import orjson
import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.errors import ConflictError
from tools.plantctl.desks import Desks, worst
from tools.plantctl.mending import mend
from tools.plantctl.names import key_name, read_key, read_keys
from tools.plantctl.options import AsJson, DryRun, Limit, Reason, ServiceName
from tools.plantctl.printing import console, plain, print_json, print_table, since
from tools.plantctl.session import run, say_errors, session

app = typer.Typer(no_args_is_help=True, help="Events that a service refused, by their key.")

Name = Annotated[str, typer.Argument(help="As `list` shows it: mes:mes/plantmesh.erp/lyon/4711.")]
Names = Annotated[list[str], typer.Argument(help="As `list` shows them.")]
_HEADS = ("parked key", "state", "for", "tries", "waiting", "first event", "code", "reason")


@app.command("list")
def list_(
    context: typer.Context,
    service: ServiceName = None,
    dead_only: Annotated[
        bool, typer.Option("--dead", help="Only what waits for a person.")
    ] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what is parked, oldest first."""
    request = pb.ListParkedKeysRequest(page=PageRequest(size=limit), dead_only=dead_only)
    desks = session(context).desks.narrowed(service)
    replies = run(desks.ask_all(lambda desk: desk.ListParkedKeys(request)))
    found = [(reply.service, key) for reply in replies if reply.answer for key in reply.answer.keys]
    if as_json or found or not worst(replies):
        _answer(found, as_json=as_json)
    if not as_json and any(reply.answer and reply.answer.page.has_more for reply in replies):
        console.print("there are more: --limit")
    say_errors(replies)


@app.command()
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show a parked key with the first events that wait."""
    service, key = read_key(name)
    found = run(_get(session(context).desks, service, key))
    if as_json:
        events = [
            plain(event) | {"payload": orjson.loads(event.payload) if event.payload else None}
            for event in found.events
        ]
        print_json(_plain(service, found.key) | {"events": events})
        return
    _table([(service, found.key)])
    for event in found.events:
        console.print(f"{event.id} {event.type} of {event.time}", markup=False, highlight=False)
        if event.payload:
            console.print_json(event.payload)


@app.command()
def fix(
    context: typer.Context,
    name: Name,
    reason: Reason,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="good.value=4.5; repeatable.")
    ] = None,
    payload: Annotated[Path | None, typer.Option(help="The whole as JSON; - reads it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Mend the first event of a key and let the service try it."""
    service, key = read_key(name)
    fixed = run(_fix(session(context).desks, (service, key), payload, changes or (), reason))
    _answer([(service, fixed.key)], as_json=as_json)


@app.command()
def replay(
    context: typer.Context,
    names: Names,
    reason: Reason,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Let the service try keys again; a dry run handles them and keeps nothing."""
    answers = run(_replay(session(context).desks, names, reason, dry_run=dry_run))
    if dry_run:
        _rehearsed(answers, as_json=as_json)
    else:
        found = [(service, key) for service, answer in answers for key in answer.keys]
        _answer(found, as_json=as_json)


@app.command()
def skip(context: typer.Context, name: Name, reason: Reason, as_json: AsJson = False) -> None:
    """Drop the first event of a key for good; what waits behind it goes on."""
    service, key = read_key(name)
    skipped = run(_skip(session(context).desks, service, key, reason))
    _answer([(service, skipped.key)], as_json=as_json)


async def _get(desks: Desks, service: str, key: pb.ParkedKeyName) -> pb.GetParkedKeyResponse:
    request = pb.GetParkedKeyRequest(name=key)
    return await desks.ask(service, lambda desk: desk.GetParkedKey(request))


async def _first(desks: Desks, service: str, key: pb.ParkedKeyName) -> pb.ParkedEvent:
    found = await _get(desks, service, key)
    if not found.events:
        raise ConflictError("nothing waits behind this key any more", code="empty", field="name")
    return found.events[0]


async def _fix(
    desks: Desks,
    name: tuple[str, pb.ParkedKeyName],
    file: Path | None,
    changes: Sequence[str],
    reason: str,
) -> pb.FixParkedEventResponse:
    service, key = name
    first = await _first(desks, service, key)
    request = pb.FixParkedEventRequest(
        idempotency_key=str(uuid4()),
        name=key,
        event_id=first.id,
        payload=mend(first.payload or "{}", file, changes),
        reason=reason,
    )
    return await desks.ask(service, lambda desk: desk.FixParkedEvent(request))


async def _skip(
    desks: Desks, service: str, key: pb.ParkedKeyName, reason: str
) -> pb.SkipParkedEventResponse:
    first = await _first(desks, service, key)
    request = pb.SkipParkedEventRequest(
        idempotency_key=str(uuid4()), name=key, event_id=first.id, reason=reason
    )
    return await desks.ask(service, lambda desk: desk.SkipParkedEvent(request))


async def _replay(
    desks: Desks, names: Sequence[str], reason: str, *, dry_run: bool
) -> list[tuple[str, pb.ReplayParkedKeysResponse]]:
    return [
        (service, await _release(desks, service, keys, reason, dry_run=dry_run))
        for service, keys in read_keys(names).items()
    ]


async def _release(
    desks: Desks, service: str, keys: Sequence[pb.ParkedKeyName], reason: str, *, dry_run: bool
) -> pb.ReplayParkedKeysResponse:
    request = pb.ReplayParkedKeysRequest(
        idempotency_key=str(uuid4()), names=keys, dry_run=dry_run, reason=reason
    )
    return await desks.ask(service, lambda desk: desk.ReplayParkedKeys(request))


def _rehearsed(
    answers: Sequence[tuple[str, pb.ReplayParkedKeysResponse]], *, as_json: bool
) -> None:
    found = [
        (key_name(service, rehearsal.name), rehearsal)
        for service, answer in answers
        for rehearsal in answer.rehearsals
    ]
    if as_json:
        print_json([plain(rehearsal) | {"name": name} for name, rehearsal in found])
        return
    rows = [
        (name, str(rehearsal.handled), rehearsal.code, rehearsal.reason or "all would pass")
        for name, rehearsal in found
    ]
    print_table(("parked key", "would handle", "code", "then"), rows, empty="nothing is parked")


def _answer(found: Sequence[tuple[str, pb.ParkedKey]], *, as_json: bool) -> None:
    if as_json:
        print_json([_plain(service, key) for service, key in found])
    else:
        _table(found)


def _table(found: Sequence[tuple[str, pb.ParkedKey]]) -> None:
    rows = [
        (
            key_name(service, key.name),
            key.state,
            since(key.since),
            str(key.tries),
            str(key.waiting),
            key.first_event_type,
            key.code,
            key.reason,
        )
        for service, key in found
    ]
    print_table(_HEADS, rows, empty="nothing is parked")


def _plain(service: str, key: pb.ParkedKey) -> dict[str, object]:
    return plain(key) | {"name": key_name(service, key.name)}
