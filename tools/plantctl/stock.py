"""`plantctl stock`: balances against the movements they are folded from."""

from collections.abc import AsyncIterator
from typing import Annotated

import typer
from plantmesh.common.v1.quantity_pb2 import Quantity
from plantmesh.wms.v1 import wms_pb2 as pb
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.errors import ConflictError
from tools.plantctl.options import AsJson
from tools.plantctl.printing import console, plain, print_json, print_table
from tools.plantctl.session import SaidError, run, session

app = typer.Typer(no_args_is_help=True, help="Balances, and what they are folded from.")

Repair = Annotated[bool, typer.Option("--repair", help="Write what was counted.")]
_HEADS = ("plant", "item", "lot", "status", "location", "owner", "unit", "kept", "counted")


@app.command()
def recount(context: typer.Context, repair: Repair = False, as_json: AsJson = False) -> None:
    """Fold every movement anew while stock goes on moving; says what differs."""

    async def pages(stub: StockServiceStub) -> AsyncIterator[pb.RecountBalancesResponse]:
        cursor, more = "", True
        while more:
            request = pb.RecountBalancesRequest(cursor=cursor, repair=repair)
            page = await stub.RecountBalances(request)
            yield page
            cursor, more = page.next_cursor, bool(page.next_cursor)

    async def all_of(stub: StockServiceStub) -> list[pb.RecountBalancesResponse]:
        return [page async for page in pages(stub)]

    found = run(session(context).desks.reach("wms", StockServiceStub, all_of))
    drifts = [drift for page in found for drift in page.drifts]
    lots = sum(page.lots for page in found)
    if as_json:
        print_json({"lots": lots, "differences": [plain(one) for one in drifts]})
    else:
        console.print(f"lots {lots}, differences {len(drifts)}{' repaired' if repair else ''}")
        if drifts:
            print_table(_HEADS, map(_row, drifts), empty="")
    if drifts and not repair:
        raise SaidError(ConflictError(f"{len(drifts)} balances differ"))


def _row(drift: pb.BalanceDrift) -> tuple[str, ...]:
    stock = drift.stock
    return (
        stock.plant,
        stock.item_no,
        stock.lot_no,
        pb.StockStatus.Name(stock.status).removeprefix("STOCK_STATUS_"),
        stock.location,
        stock.owner,
        stock.handling_unit,
        _amount(drift.kept, drift.kept_reserved),
        _amount(drift.counted, drift.counted_reserved),
    )


def _amount(quantity: Quantity, reserved: Quantity) -> str:
    if not quantity.unit:
        return "none"
    promised = f", {reserved.value} reserved" if reserved.value != "0" else ""
    return f"{quantity.value} {quantity.unit}{promised}"
