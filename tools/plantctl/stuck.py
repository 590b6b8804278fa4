"""`plantctl stuck`: orders and holds of which a step was refused and waits for a person."""

from collections.abc import Sequence
from typing import Annotated

import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.process.v1 import stuck_pb2 as pb
from plantmesh.process.v1.stuck_pb2_grpc import StuckServiceStub

from services.kit.errors import InvalidError
from tools.plantctl.desks import Desks
from tools.plantctl.options import AsJson, DryRun, Limit, Reason
from tools.plantctl.printing import console, plain, print_json, print_table, since
from tools.plantctl.session import run, session

app = typer.Typer(no_args_is_help=True, help="Orders and holds that wait for a person.")

Names = Annotated[
    list[str] | None, typer.Argument(help="As `list` shows them: order/lyon/4711 hold/H-1.")
]
Plant = Annotated[str, typer.Option(help="Only of this plant.")]
Code = Annotated[str, typer.Option(help="Only what was refused with this code.")]
_HEADS = ("order or hold", "refused by", "step", "for", "code", "reason")


@app.command("list")
def list_(
    context: typer.Context,
    plant: Plant = "",
    code: Code = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show what was refused and waits for a person; held steps wait for their lot's release."""
    found = run(_list(session(context).desks, _request(plant, code, limit)))
    _answer(found.flows, as_json=as_json)
    if not as_json and found.page.has_more:
        console.print("there are more: --limit")


@app.command()
def wake(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    reason: Reason,
    names: Names = None,
    plant: Plant = "",
    code: Code = "",
    limit: Limit = 50,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Have tried again what was refused: of those named, or of those that match the options."""
    desks = session(context).desks
    chosen = list(names or ())
    if not chosen:
        if not (plant or code):
            raise InvalidError("say which", field="names", hint="order/lyon/4711, or --code ...")
        found = run(_list(desks, _request(plant, code, limit)))
        chosen = [one.flow for one in found.flows]
    woken = run(_wake(desks, chosen, reason, dry_run=dry_run))
    _answer(woken, as_json=as_json)
    if not as_json:
        what = "would be woken" if dry_run else "woken"
        console.print(f"{len(woken)} {what}", highlight=False)
        left = sorted({*chosen} - {one.flow for one in woken})
        if left:
            console.print(f"nothing was refused of {', '.join(left)}", highlight=False)


def _request(plant: str, code: str, limit: int) -> pb.ListStuckFlowsRequest:
    return pb.ListStuckFlowsRequest(plant=plant, code=code, page=PageRequest(size=limit))


async def _list(desks: Desks, request: pb.ListStuckFlowsRequest) -> pb.ListStuckFlowsResponse:
    found: pb.ListStuckFlowsResponse = await desks.reach(
        "process", StuckServiceStub, lambda stub: stub.ListStuckFlows(request)
    )
    return found


async def _wake(
    desks: Desks, names: Sequence[str], reason: str, *, dry_run: bool
) -> Sequence[pb.StuckFlow]:
    """As they were before; what was not stuck is left out."""
    if not names:
        return ()
    request = pb.WakeFlowsRequest(flows=dict.fromkeys(names), reason=reason, dry_run=dry_run)
    answer: pb.WakeFlowsResponse = await desks.reach(
        "process", StuckServiceStub, lambda stub: stub.WakeFlows(request)
    )
    return answer.flows


def _answer(found: Sequence[pb.StuckFlow], *, as_json: bool) -> None:
    if as_json:
        print_json([plain(one) for one in found])
        return
    rows = [
        (
            one.flow,
            step.at,
            f"{step.kind} {step.reference}",
            since(step.since),
            f"{step.code}, held" if step.held else step.code,
            f"{step.field}: {step.reason}".removeprefix(": "),
        )
        for one in found
        for step in one.steps
    ]
    print_table(_HEADS, rows, empty="nothing waits for a person")
