"""Files that take a floor over: rows in their words, and their way to the service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from plantmesh.common.v1 import load_pb2
from plantmesh.mes.v1 import load_pb2 as pb
from plantmesh.mes.v1.load_pb2_grpc import FloorLoadServiceStub

from services.kit.rpc.client import Peer
from tests.component.kit.rpc.desk import Given, mint
from tests.component.mes.floor import Floor
from tests.loads import send
from tests.unit.mes.reports import NOON

ORDERS = "plant,order_no,operation,lifecycle,good,scrap,rework,unit,final,as_of"
LOTS = "plant,item_no,lot_no,quality,disposition,as_of,order_no,supplier_lot,attributes,expiry_at"
EDGES = (
    "plant,from_item,from_lot,to_item,to_lot,kind,occurred_at,as_of,order_no,operation,quantity,"
    "quantity_unit,made,made_unit,void"
)
BEFORE, AFTER = NOON - timedelta(hours=4), NOON + timedelta(days=900)
OLD, NEW = BEFORE.isoformat(), AFTER.isoformat()


def order(operation: int, good: str, *, state: str = "running", at: str = OLD, **more: str) -> str:
    """What an operation had made."""
    no, scrap, final = (more.get(*one) for one in (("no", "4711"), ("scrap", "0"), ("final", "")))
    return f"lyon,{no},{operation},{state},{good},{scrap},0,KGM,{final},{at}"


def lot(name: str, quality: str = "released", at: str = OLD, **more: str) -> str:
    """As it was."""
    item_no, lot_no = name.split("/")
    said = (more.get(one, "") for one in ("order_no", "supplier_lot", "attributes", "expiry_at"))
    return ",".join(("lyon", item_no, lot_no, quality, "unrestricted", at, *said))


def edge(source: str, target: str, quantity: str = "5", at: str = OLD, void: str = "") -> str:
    """Flour into bread of 4700."""
    ends = ",".join((*source.split("/"), *target.split("/")))
    unit = "KGM" if quantity else ""
    return f"lyon,{ends},transform,{OLD},{at},4700,10,{quantity},{unit},8,KGM,{void}"


def file(header: str, *rows: str) -> str:
    """With its header."""
    return "\r\n".join((header, *rows, ""))


KINDS = {
    ORDERS: pb.FLOOR_KIND_ORDERS,
    LOTS: pb.FLOOR_KIND_LOTS,
    EDGES: pb.FLOOR_KIND_GENEALOGY,
}


@asynccontextmanager
async def calling(floor: Floor) -> AsyncIterator[Any]:
    """The loads' stub, as somebody of Lyon."""
    peer = Peer(f"127.0.0.1:{floor.server.port}", Given(mint()), seconds=30)
    try:
        yield FloorLoadServiceStub(peer.channel)
    finally:
        await peer.close()


async def loaded(
    floor: Floor,
    header: str,
    *rows: str,
    mode: "load_pb2.LoadMode.ValueType" = load_pb2.LOAD_MODE_STORE,
) -> load_pb2.LoadReport:
    """What became of a file."""
    async with calling(floor) as stub:
        content = file(header, *rows)
        return await send(
            stub.LoadFloor, pb.LoadFloorRequest, content, kind=KINDS[header], mode=mode
        )
