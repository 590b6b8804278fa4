"""A recall over gRPC crosses the border of two plants that told wms alone of what went between."""

from google.protobuf.json_format import ParseDict
from plantmesh.mes.v1 import genealogy_pb2 as pb
from plantmesh.mes.v1 import lots_pb2
from plantmesh.wms.v1.events_pb2 import StockArrived, StockMoved

from services.kit.clock import SystemClock
from services.mes.consumers import stock
from services.mes.store import open_books
from tests.component.kit.rpc.desk import mint
from tests.component.mes.floor import Floor
from tests.hearing import hear
from tests.unit.wms.between_plants import LEFT, told

PLACES = ["lyon", "nice"]


def trace(plant: str, direction: str, lot_no: str = "F1") -> pb.BatchTraceLotsRequest:
    """From a lot of flour."""
    lot = {"plant": plant, "item_no": "FLOUR", "lot_no": lot_no}
    wanted = {"starts": [{"lot": lot}], "direction": direction, "with_edges": True}
    return ParseDict(wanted, pb.BatchTraceLotsRequest())


def names(found: pb.BatchTraceLotsResponse) -> set[str]:
    """Of its lots."""
    [one] = found.traces
    return {f"{lot.key.plant}/{lot.key.item_no}/{lot.key.lot_no}" for lot in one.lots}


async def test_a_recall_crosses_the_border_both_ways(floor: Floor) -> None:
    """What arrived is heard of before anything that was sent, and all of it twice."""
    story = [message for _, message in await told()]
    arrivals = [one for one in story if isinstance(one, StockArrived)]
    moves = [one for one in story if isinstance(one, StockMoved)]
    consumer = stock(open_books(SystemClock()))
    await hear(floor.store, consumer, *arrivals, *moves, *arrivals, *moves)
    token = mint(scope="mes:read mes:recall", plants=PLACES)
    async with floor.calling(token) as calls:
        ahead = await calls.genealogy.BatchTraceLots(trace("lyon", "DIRECTION_FORWARD"))
        back = await calls.genealogy.BatchTraceLots(trace("nice", "DIRECTION_BACKWARD", "F9"))
    assert names(ahead) == names(back) == set(LEFT)
    assert {one.customer for one in ahead.traces[0].shipments} == {"", "ACME"}
    assert {one.supplier_lot for one in back.traces[0].receipts} == {"", "M-77"}
    crossed = [
        (getattr(one, "from").plant, one.to.plant, one.quantity.value)
        for one in ahead.traces[0].edges
        if one.kind == lots_pb2.EDGE_KIND_RECEIVE
    ]
    assert sorted(crossed) == [("lyon", "nice", "9"), ("nice", "lyon", "1")]
    async with floor.calling(mint(scope="mes:read", plants=["nice"])) as calls:
        mine = await calls.genealogy.BatchTraceLots(trace("nice", "DIRECTION_BACKWARD", "F9"))
    assert (names(mine), mine.traces[0].withheld) == (set(LEFT) - {"lyon/FLOUR/F1"}, 1)
