"""`plantctl codes`: what outside systems say, what it means, and what waits to be mapped."""

from typing import Annotated, Any, Literal
from uuid import uuid4

import typer
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.reference.v1 import codes_pb2
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.codes_pb2_grpc import CodeServiceStub
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.errors import NotFoundError
from tools.plantctl.options import AsJson, Limit
from tools.plantctl.printing import (
    console,
    day,
    plain,
    print_json,
    print_table,
    read_time,
    since,
)
from tools.plantctl.session import run, session

app = typer.Typer(
    no_args_is_help=True,
    help="Codes of outside systems, and what they mean: one steward drafts, another approves.",
)

_HEADS = ("code", "#", "means", "way", "status", "from", "to", "by", "approved by")
_WAITING = ("code", "asked for", "owner", "met", "age", "waits behind")
_WANTED = {pb.CODE_DIRECTION_IN: "our code", pb.CODE_DIRECTION_OUT: "the system's code"}
Plant = Annotated[str, typer.Option(help="Only there; else at every plant.")]
Way = Annotated[Literal["in", "out", "both"], typer.Option(help="Which way it translates.")]
Wanted = Annotated[Literal["draft", "approved", "retired"] | None, typer.Option("--status")]
Version = Annotated[int, typer.Option(help="Which; else the newest draft.")]
From = Annotated[str, typer.Option("--from", help="ISO 8601; answers for what happens then or on.")]
Until = Annotated[str, typer.Option(help="ISO 8601; answers for what happened before then only.")]
Replaces = Annotated[int, typer.Option(help="The version that ends where this one begins.")]


@app.command("list")
def list_(
    context: typer.Context,
    system: Annotated[str, typer.Option(help="Only this system's.")] = "",
    status: Wanted = None,
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    """Show what codes mean, version by version."""
    wanted = pb.CodeStatus.Value(f"CODE_STATUS_{(status or 'unspecified').upper()}")
    request = codes_pb2.ListCodesRequest(page=PageRequest(size=limit), system=system, status=wanted)
    _print(_ask(context, lambda stub: stub.ListCodes(request)).mappings, as_json=as_json)


@app.command()
def draft(  # noqa: PLR0913 - the columns of a mapping
    context: typer.Context,
    domain: str,
    system: str,
    code: str,
    canonical: str,
    plant: Plant = "",
    way: Way = "both",
    begin: From = "",
    until: Until = "",
    replaces: Replaces = 0,
) -> None:
    """Say what a system's code shall mean; it answers nothing until somebody else approves it."""
    mapping = pb.CodeMapping(
        code=pb.Code(domain=domain, system=system, plant=plant, code=code),
        canonical=canonical,
        direction=pb.CodeDirection.Value(f"CODE_DIRECTION_{way.upper()}"),
        valid_from=_time(begin, "from"),
        valid_to=_time(until, "until"),
        replaces=replaces,
    )
    request = codes_pb2.DraftCodesRequest(idempotency_key=str(uuid4()), mappings=[mapping])
    _say(_ask(context, lambda stub: stub.DraftCodes(request)).mappings[0])


@app.command()
def approve(
    context: typer.Context,
    domain: str,
    system: str,
    code: str,
    plant: Plant = "",
    version: Version = 0,
) -> None:
    """Put another steward's draft in force; what waits for it goes on."""
    named = pb.Code(domain=domain, system=system, plant=plant, code=code)
    wanted = codes_pb2.BatchGetCodesRequest(codes=[named])
    known = _ask(context, lambda stub: stub.BatchGetCodes(wanted)).mappings
    found = [
        one
        for one in known
        if version in (0, one.mapping_version) and (version or one.status == pb.CODE_STATUS_DRAFT)
    ]
    if not found:
        raise NotFoundError(
            f"there is no draft of {system} {domain} {code}",
            code="no_draft",
            field="code",
            hint="plantctl codes draft, as somebody else",
        )
    request = pb.ApproveCodesRequest(idempotency_key=str(uuid4()), mappings=found[-1:])
    desks = session(context).desks
    answer = run(
        desks.reach("reference", ReferenceServiceStub, lambda stub: stub.ApproveCodes(request))
    )
    _say(answer.mappings[0])


@app.command()
def retire(  # noqa: PLR0913 - the name of a version, and its end
    context: typer.Context,
    domain: str,
    system: str,
    code: str,
    version: int,
    plant: Plant = "",
    until: Until = "",
) -> None:
    """Give a version an end (now, if none is said); withdraw a draft."""
    named = codes_pb2.CodeVersion(
        code=pb.Code(domain=domain, system=system, plant=plant, code=code), mapping_version=version
    )
    request = codes_pb2.RetireCodesRequest(
        idempotency_key=str(uuid4()), versions=[named], until=_time(until, "until")
    )
    _say(_ask(context, lambda stub: stub.RetireCodes(request)).mappings[0])


@app.command()
def waiting(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show what nobody has mapped or entered yet, oldest first, and what waits behind each."""
    request = codes_pb2.ListWaitingCodesRequest(page=PageRequest(size=limit))
    answer = _ask(context, lambda stub: stub.ListWaitingCodes(request))
    if as_json:
        print_json([plain(one) for one in answer.codes])
        return
    rows = [
        (
            _name(one.code.code),
            _WANTED[one.code.direction],
            one.code.owner,
            str(one.code.seen),
            since(one.code.first_seen),
            _behind(one),
        )
        for one in answer.codes
    ]
    print_table(_WAITING, rows, empty="every code that was met is mapped")


def _ask(context: typer.Context, ask: Any) -> Any:
    return run(session(context).desks.reach("reference", CodeServiceStub, ask))


def _print(mappings: Any, *, as_json: bool) -> None:
    if as_json:
        print_json([plain(one) for one in mappings])
        return
    rows = [
        (
            _name(one.code),
            str(one.mapping_version),
            one.canonical,
            pb.CodeDirection.Name(one.direction).rpartition("_")[2].lower(),
            _status(one),
            day(one.valid_from),
            day(one.valid_to),
            one.steward,
            one.approver,
        )
        for one in mappings
    ]
    print_table(_HEADS, rows, empty="no code is mapped")


def _say(mapping: pb.CodeMapping) -> None:
    console.print(
        f"{_name(mapping.code)} is {mapping.canonical},"
        f" version {mapping.mapping_version}, {_status(mapping)}",
        highlight=False,
        markup=False,
    )


def _behind(entry: codes_pb2.WaitingCode) -> str:
    named = ", ".join(f"{one.key} ({since(one.since)})" for one in entry.first[:3])
    more = entry.documents - min(len(entry.first), 3)
    return f"{named} and {more} more" if more > 0 else named


def _name(code: pb.Code) -> str:
    """As the commands take it."""
    place = f" --plant {code.plant}" if code.plant else ""
    return f"{code.domain} {code.system} {code.code}{place}"


def _status(mapping: pb.CodeMapping) -> str:
    return pb.CodeStatus.Name(mapping.status).removeprefix("CODE_STATUS_").lower()


def _time(text: str, field: str) -> Timestamp | None:
    return read_time(text, field) if text else None
