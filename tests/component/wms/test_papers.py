"""Promises, units, counts and recounts, as callers of wms and readers of its topic get them."""

from typing import Any, TypeVar

import pytest
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.wms.v1 import handling_units_pb2 as units
from plantmesh.wms.v1 import reservations_pb2 as reservations
from plantmesh.wms.v1 import stock_counts_pb2 as counts
from plantmesh.wms.v1 import wms_pb2

from services.kit.errors import DeniedError, DomainError, InvalidError, NotFoundError
from services.wms.domain.sscc import make_sscc
from tests.component.kit.rpc.desk import mint
from tests.component.wms.messages import AT, issue, kg, move, movement, of_lots, receipt, stock
from tests.component.wms.warehouse import PREFIX, STOREKEEPER, Warehouse
from tests.unit.wms.moves import BOX

M = TypeVar("M", bound=Message)
KEY = {"plant": "lyon", "reservation_no": "R1"}
COUNT = {"plant": "lyon", "count_no": "C1"}
FIRST = make_sscc(PREFIX, 1)
FREE = {"stock": stock(status="UNRESTRICTED")}
PLANNED: dict[str, Any] = {"tolerance_percent": "0", "places": [stock(status="QUALITY")]}


def fill(message: M, **fields: Any) -> M:
    """A command; its key follows from what it says."""
    if "idempotency_key" in message.DESCRIPTOR.fields_by_name:
        fields.setdefault("idempotency_key", f"{message.DESCRIPTOR.name} {fields}"[:128])
    return ParseDict(fields, message)


def reserve(amount: str = "6", **changes: Any) -> reservations.ReserveStockRequest:
    """R1, of flour for 4711."""
    one = {"key": KEY, "order_no": "4711", "item_no": "FLOUR", "quantity": kg(amount), **changes}
    return fill(reservations.ReserveStockRequest(), reservations=[one])


def build(**unit: Any) -> units.BuildHandlingUnitsRequest:
    """A pallet."""
    return fill(units.BuildHandlingUnitsRequest(), units=[{"plant": "lyon", "type": "PX", **unit}])


def command(name: str, sscc: str = FIRST, **said: Any) -> units.CommandHandlingUnitsRequest:
    """One of a unit."""
    one = {
        "sscc": sscc,
        "command": f"HANDLING_UNIT_COMMAND_{name}",
        "reference": f"{name} {said}"[:64],
        "occurred_at": AT,
        **said,
    }
    return fill(units.CommandHandlingUnitsRequest(), commands=[one])


def plan(**changes: Any) -> counts.PlanStockCountRequest:
    """C1, of flour."""
    fields = {"tolerance_percent": "5", "places": [stock(status="UNRESTRICTED")], **changes}
    return fill(counts.PlanStockCountRequest(), key=COUNT, **fields)


async def test_a_reservation_is_made_used_listed_and_released(warehouse: Warehouse) -> None:
    await warehouse.ask(move(receipt()))
    made = await warehouse.ask(reserve())
    assert made == await warehouse.ask(reserve())
    [one] = made.reservations
    assert one.state == reservations.RESERVATION_STATE_OPEN
    assert [part.open.value for part in one.places] == ["6"]
    [lot] = (await warehouse.ask(of_lots("FLOUR/F1"))).lots
    assert (lot.balances[0].quantity.value, lot.balances[0].reserved.value) == ("10", "6")
    await warehouse.ask(move(issue(amount="2")))
    asked = [KEY, {"plant": "lyon", "reservation_no": "R9"}]
    found = await warehouse.ask(fill(reservations.BatchGetReservationsRequest(), keys=asked))
    [part] = found.reservations[0].places
    assert (part.open.value, part.consumed.value) == ("4", "2")
    assert [key.reservation_no for key in found.missing] == ["R9"]
    listed = reservations.ListReservationsRequest(plant="lyon", order_no="4711")
    assert (await warehouse.ask(listed)).reservations == found.reservations
    freed = await warehouse.ask(fill(reservations.ReleaseReservationsRequest(), keys=[KEY]))
    assert freed.reservations[0].state == reservations.RESERVATION_STATE_RELEASED
    told = [one for one in await warehouse.told() if one.startswith("reservation/")]
    assert told == [f"reservation/lyon/R1 {one}" for one in ("open", "open", "released")]


async def test_a_unit_is_built_packed_shipped_and_looked_up(warehouse: Warehouse) -> None:
    await warehouse.ask(move(receipt()))
    [unit] = (await warehouse.ask(build())).units
    assert (unit.sscc, unit.state) == (FIRST, units.HANDLING_UNIT_STATE_BUILT)
    await warehouse.ask(move(movement("p1", "PACK", "4", to={"handling_unit": FIRST}, **FREE)))
    for step in ("STAGE", "LOAD"):
        await warehouse.ask(command(step))
    await warehouse.ask(command("SHIP", delivery_no="80001/10"))
    asked = units.BatchGetHandlingUnitsRequest(ssccs=[BOX, FIRST])
    found = await warehouse.ask(asked)
    assert list(found.missing) == [BOX]
    [unit] = found.units
    assert (unit.state, unit.delivery_no) == (units.HANDLING_UNIT_STATE_SHIPPED, "80001/10")
    assert [(one.quantity.value, one.stock.lot_no) for one in unit.contents] == [("4", "F1")]
    page = units.ListHandlingUnitsRequest(plant="lyon", page=PageRequest(size=1))
    assert [one.sscc for one in (await warehouse.ask(page)).units] == [FIRST]
    # Who may not see its plant does not learn that it exists.
    stranger = mint(scope=STOREKEEPER, plants=["oslo"])
    assert list((await warehouse.ask(asked, stranger)).missing) == [BOX, FIRST]
    with pytest.raises(NotFoundError) as caught:
        await warehouse.ask(command("MOVE", to_location="A"), stranger)
    assert caught.value.field == "commands[0].sscc"
    told = [one for one in await warehouse.told() if one.startswith("hu/")]
    assert told == [f"hu/{FIRST} {one}" for one in ("built", "staged", "loaded", "shipped")]


async def test_a_count_is_planned_recorded_and_posted(warehouse: Warehouse) -> None:
    await warehouse.ask(move(receipt()))
    planned = (await warehouse.ask(plan())).count
    assert (planned.state, planned.tolerance_percent) == (counts.STOCK_COUNT_STATE_PLANNED, "5")
    seen = {"stock": stock(status="UNRESTRICTED"), "quantity": kg("9.8")}
    counted = await warehouse.ask(fill(counts.RecordStockCountRequest(), key=COUNT, found=[seen]))
    [line] = counted.count.lines
    assert (line.book.value, line.counted.value, line.times) == ("10", "9.8", 1)
    assert line.counted_by
    posting = fill(counts.PostStockCountRequest(), key=COUNT, reason="year's end", occurred_at=AT)
    assert (await warehouse.ask(posting)).count.state == counts.STOCK_COUNT_STATE_POSTED
    [lot] = (await warehouse.ask(of_lots("FLOUR/F1"))).lots
    assert lot.balances[0].quantity.value == "9.8"
    asked = [COUNT, {"plant": "lyon", "count_no": "C9"}]
    found = await warehouse.ask(fill(counts.BatchGetStockCountsRequest(), keys=asked))
    assert ([one.key.count_no for one in found.counts], len(found.missing)) == (["C1"], 1)
    listed = await warehouse.ask(counts.ListStockCountsRequest(plant="lyon"))
    assert listed.counts == found.counts
    other = {"plant": "lyon", "count_no": "C2"}
    await warehouse.ask(fill(counts.PlanStockCountRequest(), **PLANNED | {"key": other}))
    ended = await warehouse.ask(fill(counts.CancelStockCountRequest(), key=other))
    assert ended.count.state == counts.STOCK_COUNT_STATE_CANCELLED
    told = [one.split()[1] for one in await warehouse.told() if one.startswith("count/lyon/C1")]
    assert told == ["planned", "counted", "posted"]


async def test_stock_of_an_item_is_one_call_and_a_recount_finds_nothing(
    warehouse: Warehouse,
) -> None:
    salt = receipt("r2", stock=stock("SALT/", "QUALITY", owner="MILL"))
    await warehouse.ask(move(receipt(), salt))
    asked = [{"plant": "lyon", "item_no": one} for one in ("SALT", "NO", "FLOUR")]
    found = await warehouse.ask(fill(wms_pb2.BatchGetItemBalancesRequest(), items=asked))
    assert [len(one.balances) for one in found.items] == [1, 0, 1]
    assert found.items[0].balances[0].stock.owner == "MILL"
    everywhere = mint(scope=STOREKEEPER, plants=["*"])
    page = await warehouse.ask(wms_pb2.RecountBalancesRequest(repair=True), everywhere)
    assert (page.lots, len(page.drifts)) == (2, 0)
    last = await warehouse.ask(wms_pb2.RecountBalancesRequest(cursor=page.next_cursor), everywhere)
    assert (last.lots, last.next_cursor) == (0, "")
    async with warehouse.store.work() as work:
        await work.sql("UPDATE balance SET quantity = 7 WHERE item_no = 'FLOUR'")
    [drift] = (await warehouse.ask(wms_pb2.RecountBalancesRequest(), everywhere)).drifts
    assert (drift.kept.value, drift.counted.value) == ("7", "10")
    with pytest.raises(DeniedError):
        await warehouse.ask(wms_pb2.RecountBalancesRequest())


def _relabel(**to: Any) -> Message:
    return move(movement("l1", "RELABEL", "1", to=to, reason="wrong label", **FREE))


BAD: list[tuple[Message, type[DomainError], str, str]] = [
    (reserve(order_no=""), InvalidError, "demand_required", "reservations[0].order_no"),
    (reserve("0"), InvalidError, "not_positive", "reservations[0].quantity.value"),
    (reserve(item_no="CAKE"), NotFoundError, "unknown_item", "reservations[0].item_no"),
    (build(sscc="1"), InvalidError, "bad_sscc", "units[0].sscc"),
    (build(plant="oslo"), DeniedError, "foreign_plant", "units[0].plant"),
    (build(type="PALLET"), InvalidError, "invalid_request", "units[0].type"),
    (command("STAGE", BOX), NotFoundError, "unknown_handling_unit", "commands[0].sscc"),
    (command("SHIP"), InvalidError, "destination_required", "commands[0].delivery_no"),
    (plan(tolerance_percent="x"), InvalidError, "bad_tolerance", "tolerance_percent"),
    (plan(tolerance_percent="101"), InvalidError, "bad_tolerance", "tolerance_percent"),
    (plan(places=[stock()]), InvalidError, "status_required", "places[0].status"),
    (
        plan(places=[stock(status="QUALITY", handling_unit="1")]),
        InvalidError,
        "bad_sscc",
        "places[0].handling_unit",
    ),
    (_relabel(item_no="CAKE"), NotFoundError, "unknown_item", "movements[0].to.item_no"),
    (_relabel(plant="oslo"), DeniedError, "foreign_plant", "movements[0].to.plant"),
    (
        _relabel(status="STOCK_STATUS_RETURNS"),
        InvalidError,
        "wrong_status",
        "movements[0].to.status",
    ),
]


async def test_every_refusal_is_typed_names_the_field_and_leaves_no_trace(
    warehouse: Warehouse,
) -> None:
    await warehouse.ask(move(receipt()))
    before, wrong = await warehouse.rows(), []
    for request, kind, code, field in BAD:
        with pytest.raises(DomainError) as caught:
            await warehouse.ask(request)
        error = caught.value
        if (type(error), error.code, error.field) != (kind, code, field):
            wrong.append((code, error.code, error.field, str(error)))
    assert wrong == []
    assert await warehouse.rows() == before


async def test_a_unit_of_another_plant_is_as_if_there_were_none(warehouse: Warehouse) -> None:
    await warehouse.ask(build())
    elsewhere = mint(scope="wms:read wms:write", plants=["oslo"])
    told = []
    for sscc in (FIRST, BOX):
        with pytest.raises(NotFoundError) as caught:
            await warehouse.ask(command("STAGE", sscc), elsewhere)
        told.append((caught.value.code, caught.value.field, str(caught.value).replace(sscc, "it")))
    assert told[0] == told[1]
