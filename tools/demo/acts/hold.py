"""Quality holds a lot; it is released in two parts, and not a piece of it moves before."""

from decimal import Decimal

from plantmesh.common.v1 import keys_pb2
from plantmesh.erp.v1 import postings_pb2
from plantmesh.quality.v1 import quality_pb2 as pb
from plantmesh.wms.v1 import wms_pb2

from tools.demo.crew import order_keys
from tools.demo.scene import DemoError, Scene
from tools.demo.shift import MADE, PIECES, PLANT

HOLD = "H-1"
_FIRST_PART = Decimal("0.8")


async def hold(scene: Scene) -> None:
    """Hold, accept 80 % (it stays where it is), lift the hold, accept the rest."""
    lot, total = scene.shift.held, scene.shift.lot(scene.shift.held)
    first = (total * _FIRST_PART).to_integral_value()
    inspection = await scene.until(
        lambda: _complete(scene, lot, total), f"lot {lot} in inspection", log="quality-0"
    )
    await scene.crew.holds.PlaceHolds(
        pb.PlaceHoldsRequest(
            idempotency_key=f"place/{HOLD}",
            holds=[pb.HoldOrder(hold_no=HOLD, plant=PLANT, lots=[_key(lot)], reason="complaint")],
        )
    )
    await _until_hold(scene, pb.HOLD_STATE_IN_FORCE, "in force in mes, wms and erp")
    scene.say(f"lot {lot} ({total} {PIECES}) is held: in force in mes, wms and erp")

    await scene.inspector.decide(inspection, (pb.OUTCOME_ACCEPT, first))
    await scene.until(lambda: _set_aside(scene, lot), "a posting that is held", log="erp-0")
    if await _usable(scene, lot) or await scene.erp.received(lot):
        raise DemoError(f"lot {lot} is held, and something of it moved")
    scene.say(f"{first} of it are accepted, and stay where they are: the posting is held")

    await scene.crew.holds.ReleaseHolds(
        pb.ReleaseHoldsRequest(
            idempotency_key=f"lift/{HOLD}", hold_nos=[HOLD], reason="checked again"
        )
    )
    await _until_hold(scene, pb.HOLD_STATE_LIFTED, "lifted")
    await _until_released(scene, lot, first)
    scene.say(
        f"the hold is lifted: {first} are usable stock and in {scene.erp.title}, the rest waits"
    )

    inspection = await scene.until(
        lambda: _complete(scene, lot, total), f"lot {lot} in inspection", log="quality-0"
    )
    await scene.inspector.decide(inspection, (pb.OUTCOME_ACCEPT, total - first))
    await _until_released(scene, lot, total)
    scene.say(f"the other {total - first} follow")
    scene.note("held", 1, f"lot {lot}: its stock and its posting stood still")
    scene.note("released", 2, f"parts of that lot: {first} and {total - first} of {total}")


async def _until_hold(scene: Scene, state: pb.HoldState.ValueType, word: str) -> None:
    async def stands() -> bool:
        answer = await scene.crew.holds.BatchGetHolds(pb.BatchGetHoldsRequest(hold_nos=[HOLD]))
        return answer.holds[0].state == state

    await scene.until(stands, f"hold {HOLD} {word}", log="process-0")


async def _until_released(scene: Scene, lot: str, amount: Decimal) -> None:
    async def released() -> bool:
        return await _usable(scene, lot) == amount == await scene.erp.received(lot)

    await scene.until(released, f"{amount} of {lot} in stock and in {scene.erp.title}", log="erp-0")


async def _complete(scene: Scene, lot: str, total: Decimal) -> pb.Inspection | None:
    inspection = await scene.inspector.find(lot)
    return inspection if inspection and Decimal(inspection.submitted.value) == total else None


async def _set_aside(scene: Scene, lot: str) -> bool:
    request = postings_pb2.BatchGetPostingsRequest(orders=order_keys(PLANT, scene.shift.orders))
    postings = (await scene.crew.postings.BatchGetPostings(request)).postings
    return any(
        one.state == postings_pb2.POSTING_STATE_HELD
        and any(line.lot_no == lot for line in one.posting.lines)
        for one in postings
    )


async def _usable(scene: Scene, lot: str) -> Decimal:
    """What wms gives out of the lot."""
    request = wms_pb2.BatchGetLotBalancesRequest(lots=[_key(lot)])
    [found] = (await scene.crew.stock.BatchGetLotBalances(request)).lots
    free = (
        Decimal(one.quantity.value)
        for one in found.balances
        if one.stock.status == wms_pb2.STOCK_STATUS_UNRESTRICTED
    )
    return sum(free, Decimal(0))


def _key(lot: str) -> keys_pb2.LotKey:
    return keys_pb2.LotKey(plant=PLANT, item_no=MADE, lot_no=lot)
