"""From a released order to posted yield, with the peers as the judge."""

from plantmesh.erp.v1 import postings_pb2
from plantmesh.mes.v1 import work_orders_pb2
from plantmesh.process.v1 import process_pb2, stuck_pb2
from plantmesh.quality.v1 import quality_pb2
from plantmesh.wms.v1 import wms_pb2

from services.kit.errors import ConflictError
from tests.audited import leaves_rows
from tests.component.process.events import (
    PLANT,
    STEEL,
    amount,
    confirmed,
    disposed,
    posting_done,
    released,
    reversed_by,
)
from tests.component.process.rig import ProcessRig, until

KEY = f"{PLANT}/4711"
LOT = f"{PLANT}/widget/L-4711"


async def test_released_order_becomes_a_work_order_once(rig: ProcessRig) -> None:
    await rig.start()
    await rig.tell("erp", (KEY, released("4711")), (KEY, released("4711")))
    await until(lambda: rig.peers.mes.order == ["4711"] and rig.open() == 0)
    assert rig.peers.mes.actors == {"somebody at erp"}
    [plan] = rig.peers.floor.plans
    [step], [part] = plan.operations, plan.components
    assert (step.sequence, step.control) == (10, work_orders_pb2.OPERATION_CONTROL_MILESTONE)
    assert (part.backflush, part.operation_sequence, part.lot_no) == (True, 10, "S-1")


async def test_yield_waits_for_its_disposition_and_exactly_that_part_is_posted(
    rig: ProcessRig,
) -> None:
    await rig.start()
    await rig.tell(
        "mes",
        (KEY, confirmed("4711", 1, "60", scrap="2")),
        (KEY, confirmed("4711", 2, "40")),
    )
    await until(lambda: len(rig.peers.erp.order) == 3 and len(rig.peers.stock.moved) == 4)
    assert rig.peers.erp.order == [f"{KEY}/1/consumption", f"{KEY}/1/scrap", f"{KEY}/2/consumption"]
    receipts = [one for one in rig.peers.stock.moved if one.reference.endswith("receipt")]
    assert {one.stock.status for one in receipts} == {wms_pb2.STOCK_STATUS_QUALITY}
    flow = await rig.flow("4711")
    assert (flow.confirmations, flow.waiting.value) == (2, "100")
    quality = [one for one in flow.waits if one.kind == process_pb2.WAIT_KIND_QUALITY]
    assert [(one.what, one.quantity.value) for one in quality] == [("I-L-4711", "100")]

    await rig.tell("quality", (LOT, disposed("4711", 1, "80")))
    await until(lambda: len(rig.peers.erp.order) == 5)
    assert rig.peers.erp.order[3:] == [f"{KEY}/1/yield/I-L-4711/1", f"{KEY}/2/yield/I-L-4711/1"]
    assert [one.lines[0].quantity.value for one in rig.peers.postings.accepted[3:]] == ["60", "20"]
    await rig.tell("quality", (LOT, disposed("4711", 2, "20", quality_pb2.OUTCOME_QUARANTINE)))
    await until(lambda: len(rig.peers.stock.moved) == 7)
    assert rig.peers.stock.moved[-1].type == wms_pb2.MOVEMENT_TYPE_QUALITY_TO_BLOCKED
    assert len(rig.peers.erp.order) == 5
    flow = await rig.flow("4711")
    assert (flow.released.value, flow.blocked.value, flow.waiting.value) == ("80", "20", "0")

    for number, one in enumerate(rig.peers.postings.accepted):
        await rig.tell("erp", (KEY, posting_done(one, f"D-{number}")))
    told = "SELECT count(*) FROM outbox WHERE type = 'plantmesh.process.v1.ProductionPosted'"
    await until(lambda: rig.ask(told) == [(2,)])
    assert not (await rig.flow("4711")).waits


async def test_uninspected_yield_is_posted_in_the_order_of_the_confirmations(
    rig: ProcessRig,
) -> None:
    await rig.start()
    events = [(KEY, confirmed("4711", n, "5", lot="free-1")) for n in range(1, 31)]
    await rig.tell("mes", *events)
    await until(lambda: len(rig.peers.erp.order) == 60)
    assert rig.peers.erp.order == [
        f"{KEY}/{n}/{kind}" for n in range(1, 31) for kind in ("consumption", "yield")
    ]


async def test_what_the_floor_takes_back_is_taken_back_in_stock_and_erp(rig: ProcessRig) -> None:
    await rig.start()
    first = confirmed("4711", 1, "5", lot="free-1", scrap="1")
    first.confirmation.returned.add(item_no=STEEL, lot_no="S-1", quantity=amount("2"))
    await rig.tell("mes", (KEY, first), (KEY, confirmed("4711", 2, "7", lot="free-1")))
    await rig.tell("mes", (KEY, reversed_by(3, first)), (KEY, reversed_by(3, first)))
    await until(lambda: len(rig.peers.erp.order) == 10 and len(rig.peers.stock.moved) == 8)
    moved = {one.reference: one for one in rig.peers.stock.moved}
    undone = [one for one in moved.values() if one.type == wms_pb2.MOVEMENT_TYPE_REVERSAL]
    assert {one.reverses for one in undone} == {
        f"{KEY}/1/receipt",
        f"{KEY}/1/issue/0",
        f"{KEY}/1/return/0",
    }
    for one in undone:
        assert (one.stock, one.quantity) == (
            moved[one.reverses].stock,
            moved[one.reverses].quantity,
        )
    taken = [one for one in rig.peers.postings.accepted if one.reverses]
    assert [one.reverses for one in taken] == [
        f"{KEY}/1/{kind}" for kind in ("yield", "scrap", "returned", "consumption")
    ]
    assert {one.kind for one in taken} == {postings_pb2.POSTING_KIND_REVERSAL}
    assert rig.peers.erp.order.index(f"{KEY}/1/yield") < rig.peers.erp.order.index(
        taken[0].reference
    )
    assert (await rig.flow("4711")).released.value == "7"


async def test_an_inspected_yield_is_taken_back_when_quality_has_scrapped_it_and_stops_nothing(
    rig: ProcessRig,
) -> None:
    await rig.start()
    first = confirmed("4711", 1, "60")
    await rig.tell("mes", (KEY, first), (KEY, reversed_by(2, first)))
    await rig.tell("mes", (KEY, confirmed("4711", 3, "5", consumed="")))
    await rig.tell("quality", (LOT, disposed("4711", 1, "5")))
    # Accepted is what the floor stands by; what it takes back waits for quality.
    await until(lambda: f"{KEY}/3/yield/I-L-4711/1" in rig.peers.erp.order)
    waits = [one for one in (await rig.flow("4711")).waits if "yield_inspected" in one.why]
    assert [one.kind for one in waits] == [process_pb2.WAIT_KIND_PERSON]
    assert not [one for one in rig.peers.stock.moved if one.reverses]
    await rig.tell("quality", (LOT, disposed("4711", 2, "60", quality_pb2.OUTCOME_SCRAP)))
    await until(lambda: f"{KEY}/1/scrap/I-L-4711/2" in rig.peers.erp.order)
    await rig.wake("4711")
    undone = {f"{KEY}/1/{one}" for one in ("scrap/I-L-4711/2", "receipt", "issue/0")}
    await until(lambda: {one.reverses for one in rig.peers.stock.moved} >= undone)
    await until(lambda: rig.open() == 0)
    taken = [one.reverses for one in rig.peers.postings.accepted if one.reverses]
    assert taken == [f"{KEY}/1/scrap/I-L-4711/2", f"{KEY}/1/consumption"]


async def test_peer_that_is_away_is_asked_again_and_others_go_on(rig: ProcessRig) -> None:
    await rig.start()
    rig.peers.wms.away = True
    await rig.tell("mes", (KEY, confirmed("4711", 1, lot="free-1")))
    await until(lambda: len(rig.peers.erp.order) == 2)

    async def shown() -> bool:
        waits = (await rig.flow("4711")).waits
        return any(one.kind == process_pb2.WAIT_KIND_PEER for one in waits)

    await until(shown)
    rig.peers.wms.away = False
    await until(lambda: len(rig.peers.stock.moved) == 2 and rig.open() == 0, 40)


@leaves_rows(stuck_pb2.WakeFlowsRequest)
async def test_refused_effect_waits_for_a_person_and_stops_nothing_else(rig: ProcessRig) -> None:
    await rig.start()
    refused = f"{KEY}/2/consumption"
    rig.peers.erp.refused[refused] = ConflictError("the order is closed", code="order_not_open")
    await rig.tell("mes", *((KEY, confirmed("4711", n, lot="free-1")) for n in (1, 2, 3)))
    other = f"{PLANT}/4712"
    await rig.tell("mes", (other, confirmed("4712", 1, lot="free-2")))
    await until(lambda: len(rig.peers.erp.order) == 4 and len(rig.peers.stock.moved) == 8)
    assert set(rig.peers.erp.order) == {
        f"{KEY}/1/consumption",
        f"{KEY}/1/yield",
        f"{other}/1/consumption",
        f"{other}/1/yield",
    }
    people: list[process_pb2.Wait] = []

    async def shown() -> bool:
        waits = (await rig.flow("4711")).waits
        people[:] = [one for one in waits if one.kind == process_pb2.WAIT_KIND_PERSON]
        return bool(people)

    await until(shown)
    assert [one.what for one in people] == [refused]
    assert "order_not_open" in people[0].why
    before = rig.ask("SELECT f::text FROM flow f ORDER BY key")
    [stuck] = (await rig.stuck("list", "--json")).json
    assert (stuck["flow"], stuck["plant"]) == (f"order/{KEY}", PLANT)
    [step] = stuck["steps"]
    assert (step["at"], step["kind"], step["reference"]) == ("erp", "Posting", refused)
    assert "order_not_open" in (await rig.stuck("list", "--plant", PLANT)).out
    assert "nothing waits" in (await rig.stuck("list", "--code", "another")).out
    why = ("--reason", "it is open again")
    dry = await rig.stuck("wake", "--code", "order_not_open", "--dry-run", *why)
    assert refused in dry.out
    assert "1 would be woken" in dry.out
    assert rig.ask("SELECT f::text FROM flow f ORDER BY key") == before, "a dry run changes nothing"
    assert (await rig.stuck("wake", *why)).code == 1, "somebody says which"
    del rig.peers.erp.refused[refused]
    woken = await rig.stuck("wake", f"order/{KEY}", f"order/{other}", *why)
    assert "1 woken" in woken.out
    assert f"nothing was refused of order/{other}" in woken.out
    await until(lambda: rig.open() == 0)
    mine = [one for one in rig.peers.erp.order if one.startswith(f"{KEY}/")]
    assert mine == [f"{KEY}/{n}/{kind}" for n in (1, 2, 3) for kind in ("consumption", "yield")]
    audited = "SELECT key, who, reason FROM {} WHERE method LIKE '%%WakeFlowsRequest'"
    rows = rig.ask(f"{audited.format('audit')} UNION ALL {audited.format('audit_unsealed')}")
    assert rows == [(KEY, "operator", "it is open again")]


async def test_disposition_in_another_unit_waits_for_a_person(rig: ProcessRig) -> None:
    await rig.start()
    await rig.tell("mes", (KEY, confirmed("4711", 1)))
    await until(lambda: len(rig.peers.stock.moved) == 2)
    wrong = disposed("4711", 1, "10")
    wrong.disposition.quantity.CopyFrom(amount("10", "H87"))
    await rig.tell("quality", (LOT, wrong))

    async def shown() -> bool:
        waits = (await rig.flow("4711")).waits
        return any("unit_mismatch" in one.why for one in waits)

    await until(shown)
