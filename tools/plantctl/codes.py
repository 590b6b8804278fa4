"""`plantctl codes`: what outside systems say and nobody has mapped."""

from typing import Annotated, Literal
from uuid import uuid4

import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from tools.plantctl.options import AsJson, Limit
from tools.plantctl.printing import console, plain, print_json, print_table, since
from tools.plantctl.session import run, session

app = typer.Typer(no_args_is_help=True, help="Codes of outside systems, and what they mean.")

_HEADS = ("domain", "system", "plant", "code", "asked for", "met", "since")
_WANTED = {pb.CODE_DIRECTION_IN: "our code", pb.CODE_DIRECTION_OUT: "the system's code"}
Plant = Annotated[str, typer.Option(help="Only there; else at every plant.")]
Way = Annotated[Literal["in", "out", "both"], typer.Option(help="Which way it translates.")]


@app.command("list")
def list_(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """Show the codes that wait for a steward, oldest first."""
    request = pb.ListUnmappedCodesRequest(page=PageRequest(size=limit))
    desks = session(context).desks
    answer = run(
        desks.reach("reference", ReferenceServiceStub, lambda stub: stub.ListUnmappedCodes(request))
    )
    if as_json:
        print_json([plain(one) for one in answer.codes])
        return
    rows = [
        (
            *(one.code.domain, one.code.system, one.code.plant, one.code.code),
            _WANTED[one.direction],
            str(one.seen),
            since(one.first_seen),
        )
        for one in answer.codes
    ]
    print_table(_HEADS, rows, empty="every code that was met is mapped")


@app.command("map")
def map_(  # noqa: PLR0913 - the columns of a mapping
    context: typer.Context,
    domain: str,
    system: str,
    code: str,
    canonical: str,
    plant: Plant = "",
    way: Way = "both",
) -> None:
    """Say what a system's code means; what waits for it goes on."""
    mapping = pb.CodeMapping(
        code=pb.Code(domain=domain, system=system, plant=plant, code=code),
        canonical=canonical,
        direction=pb.CodeDirection.Value(f"CODE_DIRECTION_{way.upper()}"),
    )
    request = pb.ApproveCodesRequest(idempotency_key=str(uuid4()), mappings=[mapping])
    desks = session(context).desks
    answer = run(
        desks.reach("reference", ReferenceServiceStub, lambda stub: stub.ApproveCodes(request))
    )
    [approved] = answer.mappings
    console.print(
        f"{system} {domain} {code} is {canonical}, version {approved.mapping_version}",
        highlight=False,
        markup=False,
    )
