"""`plantctl drift` and `reconcile`: where our books and the ERPs' differ."""

import asyncio
from typing import Annotated
from uuid import uuid4

import typer
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.process.v1 import drift_pb2 as pb
from plantmesh.process.v1.drift_pb2_grpc import DriftServiceStub

from services.kit.errors import ConflictError, UnavailableError
from tools.plantctl.options import AsJson, Limit
from tools.plantctl.printing import console, day, plain, print_json, print_table
from tools.plantctl.session import SaidError, run, session

_HEADS = (
    "what",
    "class",
    "ours",
    "theirs",
    "in flight",
    "unexplained",
    "since",
    "seen",
    "resolved",
)
_LOOK_SECONDS = 0.5
_PATIENCE = 600.0
Plant = Annotated[str, typer.Argument(help="Whose books.")]
Resolved = Annotated[bool, typer.Option("--all", help="Also what was resolved.")]


def drift(
    context: typer.Context,
    plant: Plant,
    resolved: Resolved = False,
    limit: Limit = 200,
    as_json: AsJson = False,
) -> None:
    """Show what differs and nothing explains, oldest first."""
    request = pb.ListDriftsRequest(plant=plant, resolved=resolved, page=PageRequest(size=limit))
    desks = session(context).desks
    answer = run(desks.reach("process", DriftServiceStub, lambda stub: stub.ListDrifts(request)))
    if as_json:
        print_json([plain(one) for one in answer.drifts])
    else:
        print_table(_HEADS, map(_row, answer.drifts), empty="no drift is known")


def reconcile(context: typer.Context, plant: Plant, as_json: AsJson = False) -> None:
    """Compare a plant's books with its ERP's now; exits 1 when something drifts."""
    request = pb.RequestReconciliationRequest(idempotency_key=str(uuid4()), plant=plant)

    async def ask(stub: DriftServiceStub) -> pb.Reconciliation:
        found = (await stub.RequestReconciliation(request)).reconciliation
        async with asyncio.timeout(_PATIENCE):
            while not found.HasField("ended_at") and not found.trouble:
                await asyncio.sleep(_LOOK_SECONDS)
                wanted = pb.GetReconciliationRequest(no=found.no)
                found = (await stub.GetReconciliation(wanted)).reconciliation
        return found

    found: pb.Reconciliation = run(session(context).desks.reach("process", DriftServiceStub, ask))
    if as_json:
        print_json(plain(found))
    else:
        console.print(
            f"compared {found.compared}, not comparable {found.uncompared},"
            f" drifting {found.drifting}",
            highlight=False,
        )
        if found.trouble:
            console.print(found.trouble, highlight=False, markup=False)
    if not found.HasField("ended_at"):
        raise SaidError(UnavailableError("it is tried again until it ends", code="not_ended"))
    if found.drifting:
        raise SaidError(ConflictError(f"{found.drifting} balances drift", code="drifting"))


def _row(one: pb.BalanceDrift) -> tuple[str, ...]:
    what = f"order {one.order_no}" if one.order_no else f"{one.item_no} {one.lot_no}".rstrip()
    amounts = (one.ours, one.theirs, one.in_flight, one.unexplained)
    return (
        what,
        one.status,
        *(f"{amount.value} {amount.unit}" for amount in amounts),
        day(one.first_seen),
        str(one.seen),
        day(one.resolved_at),
    )
