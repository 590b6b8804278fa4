"""Holds on their way: from quality to wms, mes and what was made of the held lots."""

from plantmesh.common.v1.holds_pb2 import HOLD_BLOCK_CONSUME, HOLD_BLOCK_POSTING
from plantmesh.process.v1 import process_pb2
from plantmesh.quality.v1 import events_pb2 as quality_events

from tests.component.process.events import (
    PLANT,
    born_held,
    caught,
    confirmed,
    disposed,
    hold,
    made,
    scoped,
)
from tests.component.process.rig import ProcessRig, until

KEY = f"{PLANT}/4711"
LOT = f"{PLANT}/widget/L-4711"


async def test_hold_covers_descendants_and_release_lets_movements_go_on(rig: ProcessRig) -> None:
    await rig.start()
    steel, child = (PLANT, "steel", "S-9"), made("L-4711")
    rig.peers.made[steel].add(child)
    await rig.tell("mes", (KEY, confirmed("4711", 1)))
    await until(lambda: len(rig.peers.stock.moved) == 2)
    await rig.tell("quality", ("hold/H-1", quality_events.HoldPlaced(hold=hold("H-1", steel))))
    await until(lambda: rig.peers.reports.complete == {"H-1": 1})
    for book in (rig.peers.mes, rig.peers.wms, rig.peers.erp):
        assert book.held(steel)
        assert book.held(child)
    assert rig.peers.reports.lots["H-1"] == {steel, child}
    told = [HOLD_BLOCK_CONSUME, HOLD_BLOCK_POSTING]
    assert rig.peers.wms.blocks == {("H-1", steel): told, ("H-1", child): told}

    await rig.tell("quality", (LOT, disposed("4711", 1, "10")))
    await until(lambda: len(rig.peers.erp.order) == 2)

    async def held() -> bool:
        waits = (await rig.flow("4711")).waits
        return {one.kind for one in waits} == {
            process_pb2.WAIT_KIND_HOLD,
            process_pb2.WAIT_KIND_ERP,
        }

    await until(held)
    lifted = quality_events.HoldReleased(hold=hold("H-1", steel, version=2))
    await rig.tell("quality", ("hold/H-1", lifted))
    await until(lambda: len(rig.peers.stock.moved) == 3)
    await until(lambda: rig.peers.reports.complete == {"H-1": 2} and rig.open() == 0)
    assert not rig.peers.wms.held(child)


async def test_lot_born_held_is_held_elsewhere_before_its_yield_moves(rig: ProcessRig) -> None:
    await rig.start()
    steel, child = (PLANT, "steel", "S-9"), made("L-4711")
    await rig.tell("quality", ("hold/H-1", quality_events.HoldPlaced(hold=hold("H-1", steel))))
    await until(lambda: rig.peers.reports.complete == {"H-1": 1})
    await rig.tell(
        "mes", (KEY, born_held("4711", "L-4711", "H-1")), (KEY, confirmed("4711", 1, consumed=""))
    )
    await until(lambda: len(rig.peers.stock.moved) == 1)
    assert rig.peers.wms.held(child)
    assert rig.peers.erp.held(child)
    assert rig.peers.wms.blocks["H-1", child] == [HOLD_BLOCK_CONSUME, HOLD_BLOCK_POSTING]
    assert rig.peers.reports.lots["H-1"] == {steel, child}


async def test_what_falls_under_a_scope_is_held_wherever_it_is_known_and_released_alone(
    rig: ProcessRig,
) -> None:
    """Known to mes, known to wms alone, caught later, born later; and nothing else is let go."""
    await rig.start()
    nothing = quality_events.HoldPlaced(hold=scoped("H-9", "9"))
    await rig.tell("quality", ("hold/H-9", nothing))
    await until(lambda: rig.peers.reports.complete == {"H-9": 1})
    first, second, child = made("L-1"), made("L-2"), made("L-3")
    rig.peers.floor_scopes.under, rig.peers.stock_scopes.under = [first], [second]
    rig.peers.made[first].add(child)
    other = quality_events.HoldPlaced(hold=hold("H-0", second))
    placed = quality_events.HoldPlaced(hold=scoped("H-1", "4711"))
    await rig.tell("quality", ("hold/H-0", other), ("hold/H-1", placed))
    await until(lambda: rig.peers.reports.complete == {"H-0": 1, "H-1": 1, "H-9": 1})
    books = rig.peers.mes, rig.peers.wms, rig.peers.erp
    assert all(book.held(lot) for book in books for lot in (first, second, child))
    for watching in (rig.peers.floor_scopes, rig.peers.stock_scopes):
        assert watching.scopes["H-1"].scope.order.order_no == "4711"
        assert watching.scopes["H-1"].active
    assert rig.peers.reports.lots["H-1"] == {first, second, child}

    # One of a receipt, with what was made of it; one of a confirmation, before its yield moves.
    late, grown, again = made("L-4"), made("L-5"), made("L-6")
    rig.peers.made[late].add(grown)
    await rig.tell("mes", ("lyon/widget/L-4", caught("H-1", late)))
    await until(lambda: grown in rig.peers.reports.lots["H-1"])
    assert all(book.held(lot) for book in books for lot in (late, grown))
    yields = confirmed("4711", 1, lot="L-6", consumed="")
    await rig.tell("mes", (KEY, caught("H-1", again, "4711")), (KEY, yields))
    await until(lambda: len(rig.peers.stock.moved) == 1)
    assert rig.peers.wms.held(again)

    # Caught in mes a moment before the release, and told of after it.
    rig.peers.mes.holds["H-1", made("L-7")] = 1, True
    lifted = quality_events.HoldReleased(hold=scoped("H-1", "4711", version=2))
    await rig.tell("quality", ("hold/H-1", lifted))
    await until(lambda: rig.peers.reports.complete == {"H-0": 1, "H-1": 2, "H-9": 1})
    await rig.tell("mes", ("lyon/widget/L-7", caught("H-1", made("L-7"))))
    await until(lambda: rig.open() == 0)
    held = {key for book in books for key, (_, active) in book.holds.items() if active}
    assert held == {("H-0", second)}
    assert not rig.peers.stock_scopes.scopes["H-1"].active
