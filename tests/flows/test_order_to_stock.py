"""From the ledger's release to stock and document, in the parts that quality decides."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from plantmesh.common.v1 import keys_pb2
from plantmesh.mes.v1 import lots_pb2
from plantmesh.process.v1 import drift_pb2, process_pb2
from plantmesh.process.v1.drift_pb2_grpc import DriftServiceStub
from plantmesh.process.v1.process_pb2_grpc import ProcessServiceStub
from plantmesh.quality.v1 import quality_pb2
from plantmesh.quality.v1.quality_pb2_grpc import HoldServiceStub
from plantmesh.wms.v1 import wms_pb2
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from services.kit.rpc.client import Peer
from tests.flows.master import STRANGE
from tests.flows.money import is_booked, journal
from tests.flows.plant import HEAT, Plant, running
from tests.flows.values import order_key
from tests.servers import scratch_folder
from tests.shopfloor import MADE, PLANT, UNIT, USED, Token, booked
from tests.waiting import until
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.simulators.ledger.papers import Line, Posting

pytestmark = [pytest.mark.flow, pytest.mark.asyncio(loop_scope="module")]

ORDERS = ["4711", "4712"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plant() -> AsyncIterator[Plant]:
    """Open, with an order for each test under way."""
    with scratch_folder() as root:
        env = {"PLANTMESH_CLOSE_AFTER_SECONDS": "0", "PLANTMESH_SETTLE_SECONDS": "0.2"}
        async with running(root, env) as plant:
            await plant.open(ORDERS)
            yield plant


async def test_exactly_the_disposed_part_becomes_free_stock_and_is_posted(plant: Plant) -> None:
    order = ORDERS[0]
    for number in (1, 2, 3, 4):
        await plant.confirm(order, number)
    await plant.confirm(order, 4)  # the line sends its last report twice
    await until(lambda: stock_is(plant, order, QUALITY="10"))
    await until(lambda: posted(plant, order, consumptions(order, 1, 2, 3, 4)))
    inspection = await inspection_of(plant, order)
    assert inspection.submitted.value == "10"

    await plant.accept(inspection.inspection_no, 1, "8")
    await until(lambda: stock_is(plant, order, QUALITY="2", UNRESTRICTED="8"))
    first = [f"{PLANT}/{order}/{n}/yield/{inspection.inspection_no}/1" for n in (1, 2, 3, 4)]
    await until(lambda: posted(plant, order, [*consumptions(order, 1, 2, 3, 4), *first]))
    flow = await flow_of(plant, order)
    assert (flow.confirmations, flow.released.value, flow.waiting.value) == (4, "8", "2")
    # What the ERP has posted ends its wait when process hears of it.
    alone = [process_pb2.WAIT_KIND_QUALITY]
    await until(lambda: waits_are(plant, order, lambda waits: waits == alone))

    await plant.accept(inspection.inspection_no, 2, "2")
    await until(lambda: stock_is(plant, order, UNRESTRICTED="10"))
    last = f"{PLANT}/{order}/4/yield/{inspection.inspection_no}/2"
    await until(lambda: posted(plant, order, [*consumptions(order, 1, 2, 3, 4), *first, last]))
    await until(lambda: waits_are(plant, order, lambda waits: not waits))


async def test_held_lot_waits_alone_and_goes_on_when_it_is_released(plant: Plant) -> None:
    order = ORDERS[1]
    await plant.confirm(order, 1)
    await until(lambda: stock_is(plant, order, QUALITY="2.5"))
    await until(lambda: posted(plant, order, consumptions(order, 1)))
    holds = HoldServiceStub(plant.peers["inspector@quality"].channel)
    steel = keys_pb2.LotKey(plant=PLANT, item_no=USED, lot_no=HEAT)
    wanted = quality_pb2.HoldOrder(hold_no="H-1", plant=PLANT, lots=[steel], reason="doubtful heat")
    await holds.PlaceHolds(
        quality_pb2.PlaceHoldsRequest(idempotency_key="place/H-1", holds=[wanted])
    )
    await until(lambda: hold_is(holds, quality_pb2.HOLD_STATE_IN_FORCE))

    inspection = await inspection_of(plant, order)
    await plant.accept(inspection.inspection_no, 1, "2.5")
    held = {process_pb2.WAIT_KIND_HOLD}
    await until(
        lambda: waits_are(plant, order, lambda waits: len(waits) == 2 and set(waits) == held)
    )
    assert await stock_is(plant, order, QUALITY="2.5")
    assert await posted(plant, order, consumptions(order, 1))

    await holds.ReleaseHolds(
        quality_pb2.ReleaseHoldsRequest(
            idempotency_key="release/H-1", hold_nos=["H-1"], reason="measured again"
        )
    )
    await until(lambda: stock_is(plant, order, UNRESTRICTED="2.5"))
    freed = f"{PLANT}/{order}/1/yield/{inspection.inspection_no}/1"
    await until(lambda: posted(plant, order, [*consumptions(order, 1), freed]))
    await until(lambda: hold_is(holds, quality_pb2.HOLD_STATE_LIFTED))
    await until(lambda: waits_are(plant, order, lambda waits: not waits))


async def test_every_movement_is_in_the_books_and_a_closed_order_is_not_in_work(
    plant: Plant,
) -> None:
    order, other = ORDERS
    # What is posted and not final stays open; its end is told to the ERP by the platform, once.
    assert f"{PLANT}/{order}/4/close" not in references(plant, order)
    await plant.finish(order)
    await until(lambda: is_settled(plant, order))
    assert references(plant, order)[-1] == f"{PLANT}/{order}/5/close"
    assert references(plant, order).count(f"{PLANT}/{order}/5/close") == 1
    await until(lambda: is_booked(plant))
    found = await journal(plant, ORDERS)
    # 4 times 4 kg of steel made 10 kg; the other order is open.
    assert found.costs[order].usage == Decimal("16.08") - Decimal(42)
    assert found.costs[other].wip == Decimal("4.02") - Decimal("10.5")
    assert all(not sum(line.amount for line in one.lines) for one in found.entries)


async def test_what_leaves_the_warehouse_is_in_the_recall_of_the_steel(plant: Plant) -> None:
    """Nobody told the floor: it hears of goods from stock, and of release from quality."""
    lot = f"L-{ORDERS[0]}"
    await plant.ship("D-1", lot, "3")

    async def shipped() -> bool:
        return bool((await plant.recall(USED, HEAT)).shipments)

    await until(shipped)
    recall = await plant.recall(USED, HEAT)
    [shipment] = recall.shipments
    assert (shipment.lot.lot_no, shipment.customer, shipment.sales_order_no) == (lot, "ACME", "S-1")
    assert (shipment.shipment_no, shipment.quantity.value) == ("80001", "3")
    assert [one.event_id for one in recall.receipts] == [f"opening/{USED}"]
    assert (await plant.lot(MADE, lot)).quality == lots_pb2.LOT_QUALITY_RELEASED


async def test_what_the_erp_has_otherwise_is_told_once_and_nothing_is_overwritten(
    plant: Plant,
) -> None:
    order, made = ORDERS[1], f"L-{ORDERS[1]}"
    journal = plant.place.journal.read_bytes()
    # Nobody tells the ledger of goods that were bought or shipped.
    bought = {(one, HEAT): "100000" for one in (USED, STRANGE)}
    known = {**bought, (MADE, f"L-{ORDERS[0]}"): "-3"}
    assert await reconciled(plant) == known
    await plant.confirm(order, 2)
    await until(lambda: stock_is(plant, order, UNRESTRICTED="2.5", QUALITY="2.5"))
    assert await reconciled(plant) == known, "what waits for quality is no drift"
    line = Line(MADE, Decimal(7), UNIT, made)
    day = date(2026, 5, 4)
    document = await plant.ledger.post(Posting("by hand", PLANT, order, "yield", day, (line,)))
    planted = {**known, (MADE, made): "-7", ("", order): "-7"}
    assert await reconciled(plant) == planted
    first = {one.no: one.first_seen for one in await drifts(plant)}
    assert await reconciled(plant) == planted
    assert {one.no: one.first_seen for one in await drifts(plant)} == first
    back = Posting("back", PLANT, order, "reversal", day, reverses=document)
    await plant.ledger.post(back)
    assert await reconciled(plant) == known
    assert plant.place.journal.read_bytes().startswith(journal)
    own = [one for one in booked(plant.place.journal) if one[1] in ("by hand", "back")]
    assert len(own) == 2, "they are ours, and the only ones that nobody's lane posted"
    assert await stock_is(plant, order, UNRESTRICTED="2.5", QUALITY="2.5")


async def reconciled(plant: Plant) -> dict[tuple[str, str], str]:
    """What a comparison of now leaves unexplained, by item and lot, or by order."""
    async with asking(plant, DriftServiceStub) as process:
        request = drift_pb2.RequestReconciliationRequest(idempotency_key=str(uuid4()), plant=PLANT)
        run = (await process.RequestReconciliation(request)).reconciliation

        async def ended() -> bool:
            wanted = drift_pb2.GetReconciliationRequest(no=run.no)
            found = (await process.GetReconciliation(wanted)).reconciliation
            assert not found.trouble
            return bool(found.HasField("ended_at"))

        await until(ended)
    return {
        (one.item_no, one.lot_no or one.order_no): one.unexplained.value
        for one in await drifts(plant)
    }


async def drifts(plant: Plant) -> list[drift_pb2.BalanceDrift]:
    """Those that are open."""
    async with asking(plant, DriftServiceStub) as process:
        answer = await process.ListDrifts(drift_pb2.ListDriftsRequest(plant=PLANT))
        return list(answer.drifts)


@asynccontextmanager
async def asking(plant: Plant, stub: Callable[[Any], Any]) -> AsyncIterator[Any]:
    """Calls of process, as an operator."""
    token = Token(plant.mesh.issuer.signer.mint(USERS["operator"]))
    peer = Peer(f"{LOOPBACK}:{plant.mesh.program('process').port('grpc')}", token)
    try:
        yield stub(peer.channel)
    finally:
        await peer.close()


async def is_settled(plant: Plant, order: str) -> bool:
    """Whether nothing is in work of it any more."""
    cost = (await journal(plant, [order])).costs[order]
    return bool(cost.settlements) and not cost.wip


def consumptions(order: str, *numbers: int) -> list[str]:
    """References of what the confirmations consumed."""
    return [f"{PLANT}/{order}/{number}/consumption" for number in numbers]


def references(plant: Plant, order: str) -> list[str]:
    """What the ledger's journal has of the order, in its order."""
    return [one for _, one in booked(plant.place.journal) if one.startswith(f"{PLANT}/{order}/")]


async def posted(plant: Plant, order: str, wanted: Iterable[str]) -> bool:
    """Whether the ledger's journal has exactly these of the order, as they stand."""
    return references(plant, order) == list(wanted)


async def inspection_of(plant: Plant, order: str) -> quality_pb2.Inspection:
    """The only one."""
    [inspection] = [one for one in await plant.inspections() if one.order_no == order]
    return inspection


async def stock_is(plant: Plant, order: str, **amounts: str) -> bool:
    """Whether wms has exactly this of the order's lot, by status."""
    stock = StockServiceStub(plant.peers["storekeeper@wms"].channel)
    made = keys_pb2.LotKey(plant=PLANT, item_no=MADE, lot_no=f"L-{order}")
    request = wms_pb2.BatchGetLotBalancesRequest(lots=[made])
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


async def flow_of(plant: Plant, order: str) -> process_pb2.OrderFlow:
    """What the order waits for."""
    async with asking(plant, ProcessServiceStub) as process:
        request = process_pb2.BatchGetOrderFlowsRequest(orders=[order_key(order)])
        answer: process_pb2.BatchGetOrderFlowsResponse = await process.BatchGetOrderFlows(request)
        return answer.flows[0]


async def waits_are(plant: Plant, order: str, wanted: Callable[[list[int]], bool]) -> bool:
    """Whether the kinds of its waits are as wanted."""
    return wanted([one.kind for one in (await flow_of(plant, order)).waits])
