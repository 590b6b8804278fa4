"""From the ledger's release to stock and document, in the parts that quality decides."""

from collections.abc import AsyncIterator, Callable, Iterable
from decimal import Decimal
from typing import Any

import pytest
from plantmesh.common.v1 import keys_pb2
from plantmesh.process.v1 import process_pb2
from plantmesh.process.v1.process_pb2_grpc import ProcessServiceStub
from plantmesh.quality.v1 import quality_pb2
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceStub
from plantmesh.wms.v1 import wms_pb2
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.rpc.client import Peer
from tests.flows.plant import HEAT, Plant, order_key, running
from tests.servers import scratch_folder
from tests.shopfloor import MADE, PLANT, USED, Token, booked
from tests.waiting import until
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK

pytestmark = pytest.mark.flow

ORDER = "4711"
LOT = keys_pb2.LotKey(plant=PLANT, item_no=MADE, lot_no=f"L-{ORDER}")


@pytest.fixture
async def plant() -> AsyncIterator[Plant]:
    """Open, with one order under way."""
    with scratch_folder() as root:
        async with running(root, {}) as plant:
            await plant.open([ORDER])
            yield plant


async def test_exactly_the_disposed_part_becomes_free_stock_and_is_posted(plant: Plant) -> None:
    for number in (1, 2, 3, 4):
        await plant.confirm(ORDER, number)
    await plant.confirm(ORDER, 4)  # the line sends its last report twice
    await until(lambda: stock_is(plant, QUALITY="10"))
    await until(lambda: posted(plant, consumptions(1, 2, 3, 4)))
    [inspection] = await plant.inspections()
    assert inspection.submitted.value == "10"

    await plant.accept(inspection.inspection_no, 1, "8")
    await until(lambda: stock_is(plant, QUALITY="2", UNRESTRICTED="8"))
    first = [f"{PLANT}/{ORDER}/{n}/yield/{inspection.inspection_no}/1" for n in (1, 2, 3, 4)]
    await until(lambda: posted(plant, [*consumptions(1, 2, 3, 4), *first]))
    flow = await flow_of(plant)
    assert (flow.confirmations, flow.released.value, flow.waiting.value) == (4, "8", "2")
    # What the ERP has posted ends its wait when process hears of it.
    alone = [process_pb2.WAIT_KIND_QUALITY]
    await until(lambda: waits_are(plant, lambda waits: waits == alone))

    await plant.accept(inspection.inspection_no, 2, "2")
    await until(lambda: stock_is(plant, UNRESTRICTED="10"))
    last = f"{PLANT}/{ORDER}/4/yield/{inspection.inspection_no}/2"
    await until(lambda: posted(plant, [*consumptions(1, 2, 3, 4), *first, last]))
    await until(lambda: waits_are(plant, lambda waits: not waits))


async def test_held_lot_waits_alone_and_goes_on_when_it_is_released(plant: Plant) -> None:
    await plant.confirm(ORDER, 1)
    await until(lambda: stock_is(plant, QUALITY="2.5"))
    await until(lambda: posted(plant, consumptions(1)))
    holds = HoldServiceStub(plant.peers["inspector@quality"].channel)
    steel = keys_pb2.LotKey(plant=PLANT, item_no=USED, lot_no=HEAT)
    wanted = quality_pb2.HoldOrder(hold_no="H-1", plant=PLANT, lots=[steel], reason="doubtful heat")
    await holds.PlaceHolds(
        quality_pb2.PlaceHoldsRequest(idempotency_key="place/H-1", holds=[wanted])
    )
    await until(lambda: hold_is(holds, quality_pb2.HOLD_STATE_IN_FORCE))

    [inspection] = await plant.inspections()
    await plant.accept(inspection.inspection_no, 1, "2.5")
    held = {process_pb2.WAIT_KIND_HOLD}
    await until(lambda: waits_are(plant, lambda waits: len(waits) == 2 and set(waits) == held))
    assert await stock_is(plant, QUALITY="2.5")
    assert await posted(plant, consumptions(1))

    await holds.ReleaseHolds(
        quality_pb2.ReleaseHoldsRequest(
            idempotency_key="release/H-1", hold_nos=["H-1"], reason="measured again"
        )
    )
    await until(lambda: stock_is(plant, UNRESTRICTED="2.5"))
    freed = f"{PLANT}/{ORDER}/1/yield/{inspection.inspection_no}/1"
    await until(lambda: posted(plant, [*consumptions(1), freed]))
    await until(lambda: hold_is(holds, quality_pb2.HOLD_STATE_LIFTED))
    await until(lambda: waits_are(plant, lambda waits: not waits))


def consumptions(*numbers: int) -> list[str]:
    """References of what the confirmations consumed."""
    return [f"{PLANT}/{ORDER}/{number}/consumption" for number in numbers]


async def posted(plant: Plant, references: Iterable[str]) -> bool:
    """Whether the ledger's journal has exactly these, in this order."""
    return [reference for _, reference in booked(plant.place.journal)] == list(references)


async def stock_is(plant: Plant, **amounts: str) -> bool:
    """Whether wms has exactly this of the lot, by status."""
    stock = StockServiceStub(plant.peers["storekeeper@wms"].channel)
    request = wms_pb2.BatchGetLotBalancesRequest(lots=[LOT])
    [lot] = (await stock.BatchGetLotBalances(request)).lots
    found = {one.stock.status: Decimal(one.quantity.value) for one in lot.balances}
    wanted = {
        wms_pb2.StockStatus.Value(f"STOCK_STATUS_{status}"): Decimal(amount)
        for status, amount in amounts.items()
    }
    return {status: amount for status, amount in found.items() if amount} == wanted


async def hold_is(holds: Any, state: quality_pb2.HoldState.ValueType) -> bool:
    """Whether quality says so of H-1."""
    answer = await holds.BatchGetHolds(quality_pb2.BatchGetHoldsRequest(hold_nos=["H-1"]))
    return [one.state for one in answer.holds] == [state]


async def flow_of(plant: Plant) -> process_pb2.OrderFlow:
    """What the order waits for."""
    token = Token(plant.mesh.issuer.signer.mint(USERS["operator"]))
    peer = Peer(f"{LOOPBACK}:{plant.mesh.program('process').port('grpc')}", token)
    try:
        process = ProcessServiceStub(peer.channel)
        request = process_pb2.BatchGetOrderFlowsRequest(orders=[order_key(ORDER)])
        [flow] = (await process.BatchGetOrderFlows(request)).flows
        return flow
    finally:
        await peer.close()


async def waits_are(plant: Plant, wanted: Callable[[list[int]], bool]) -> bool:
    """Whether the kinds of its waits are as wanted."""
    return wanted([one.kind for one in (await flow_of(plant)).waits])
