"""Whatever is wrong with a request: a typed error names the field, and no table knows of it."""
# ruff: noqa: E501 - a row of the table is a line

from typing import Any

import pytest
from google.protobuf.message import Message
from joserfc.jwk import ECKey
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.wms.v1 import wms_pb2

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from tests.component.kit.rpc.desk import mint
from tests.component.wms.messages import (
    hold,
    issue,
    move,
    movement,
    of_lots,
    of_orders,
    output,
    receipt,
    reversal,
    stock,
)
from tests.component.wms.warehouse import PROCESS, STOREKEEPER, Warehouse

FIRST = "movements[0]"
FREE = "UNRESTRICTED"

BAD: list[tuple[str, Message, type[DomainError], str, str]] = [
    # what the proto's own rules refuse
    ("no key", move(receipt(), key=" \n"), InvalidError, "idempotency_key_required", "idempotency_key"),
    ("nothing", move(key="empty"), InvalidError, "invalid_request", "movements"),
    ("no reference", move(receipt("")), InvalidError, "invalid_request", f"{FIRST}.reference"),
    ("no type", move(movement("m", "UNSPECIFIED")), InvalidError, "invalid_request", f"{FIRST}.type"),
    ("no stock", move(receipt(stock=None)), InvalidError, "invalid_request", f"{FIRST}.stock"),
    ("no plant", move(receipt(stock=stock(plant=""))), InvalidError, "invalid_request", f"{FIRST}.stock.plant"),
    ("no item", move(receipt(stock=stock("/F1"))), InvalidError, "invalid_request", f"{FIRST}.stock.item_no"),
    ("strange status", move(receipt(stock=stock() | {"status": 77})), InvalidError, "invalid_request", f"{FIRST}.stock.status"),
    ("no quantity", move(receipt(quantity=None)), InvalidError, "invalid_request", f"{FIRST}.quantity"),
    ("no decimal", move(receipt(amount="1e3")), InvalidError, "invalid_request", f"{FIRST}.quantity.value"),
    ("no time", move(receipt(occurred_at=None)), InvalidError, "invalid_request", f"{FIRST}.occurred_at"),
    ("long reason", move(receipt(reason="x" * 201)), InvalidError, "invalid_request", f"{FIRST}.reason"),
    ("hold without version", hold(version=0), InvalidError, "invalid_request", "holds[0].version"),
    ("hold without lot", hold("FLOUR/"), InvalidError, "invalid_request", "holds[0].lot.lot_no"),
    # what the domain refuses
    ("unknown unit", move(receipt(quantity={"value": "1", "unit": "PCE"})), InvalidError, "unknown_unit", f"{FIRST}.quantity.unit"),
    ("bad year", move(receipt(occurred_at={"timestamp": "0001-01-01T00:00:00Z"})), InvalidError, "bad_time", f"{FIRST}.occurred_at.moment"),
    ("negative", move(receipt(), issue(amount="-1")), InvalidError, "not_positive", "movements[1].quantity.value"),
    ("nothing counted", move(movement("c", "COUNT_ADJUST", "0", stock=stock(status=FREE), reason="counted")), InvalidError, "not_positive", f"{FIRST}.quantity.value"),
    ("which stock", move(receipt(stock=stock())), InvalidError, "status_required", f"{FIRST}.stock.status"),
    ("wrong stock", move(issue(stock=stock(status="QUALITY"))), InvalidError, "wrong_status", f"{FIRST}.stock.status"),
    ("no order", move(output(order_no="")), InvalidError, "order_required", f"{FIRST}.order_no"),
    ("no way", move(movement("t", "TRANSFER_LOCATION", stock=stock(status=FREE))), InvalidError, "same_location", f"{FIRST}.to_location"),
    ("way off", move(movement("b", "BLOCK", to_location="A-01")), InvalidError, "bad_location", f"{FIRST}.to_location"),
    ("reverses what", move(movement("v", "REVERSAL", stock=stock(status=FREE))), InvalidError, "bad_reversal", f"{FIRST}.reverses"),
    # what the books refuse
    ("foreign unit", move(receipt("r2", quantity={"value": "1", "unit": "LTR"})), InvalidError, "unit_mismatch", f"{FIRST}.quantity.unit"),
    ("more than there", move(issue("i1", "4"), issue("i2", "7")), ConflictError, "insufficient_stock", "movements[1].quantity.value"),
    ("elsewhere", move(issue(stock=stock(location="A-01"))), ConflictError, "insufficient_stock", f"{FIRST}.quantity.value"),
    ("too much", move(receipt("r2", "9" * 18)), InvalidError, "quantity_out_of_bounds", f"{FIRST}.quantity.value"),
    ("held", move(receipt("r2"), issue(stock=stock("FLOUR/HELD"))), ConflictError, "lot_held", "movements[1].stock.lot_no"),
    ("differs", move(receipt("known", "11"), key="other"), ConflictError, "movement_differs", f"{FIRST}.reference"),
    ("same key", move(receipt("other"), key="known"), ConflictError, "idempotency_conflict", "idempotency_key"),
    ("reverses nothing", move(reversal("v", "nobody")), NotFoundError, "unknown_reference", f"{FIRST}.reverses"),
    ("reverses part", move(reversal("v", "known", "9")), InvalidError, "reversal_differs", f"{FIRST}.quantity"),
    ("reverses again", move(reversal("v", "undone", stock=stock("FLOUR/GONE", FREE))), ConflictError, "already_reversed", f"{FIRST}.reverses"),
    # what policy refuses
    ("foreign plant", move(receipt(), receipt("r2", stock=stock(plant="oslo"))), DeniedError, "foreign_plant", "movements[1].stock.plant"),
    ("foreign hold", hold(plant="oslo"), DeniedError, "foreign_plant", "holds[0].lot.plant"),
]  # fmt: skip

READS: list[tuple[Any, str]] = [
    (of_lots("FLOUR/F1"), "lots[0].plant"),
    (of_orders("4711"), "orders[0].plant"),
    (wms_pb2.ListBalancesRequest(plant="lyon"), "plant"),
    (wms_pb2.ListMovementsRequest(plant="lyon"), "plant"),
]


@pytest.fixture
async def stocked(warehouse: Warehouse) -> Warehouse:
    """10 kg of FLOUR/F1, as much of FLOUR/HELD, nothing left of FLOUR/GONE."""
    gone, held = stock("FLOUR/GONE", FREE), stock("FLOUR/HELD", FREE)
    await warehouse.ask(move(receipt("known"), receipt("held", stock=held), key="known"))
    await warehouse.ask(move(receipt("undone", stock=gone), reversal("v0", "undone", stock=gone)))
    await warehouse.ask(hold("FLOUR/HELD"))
    return warehouse


async def refuse(warehouse: Warehouse, request: Message, token: str = "") -> DomainError:
    """Send it; the refusal. Every row of every table is as it was."""
    before = await warehouse.rows()
    with pytest.raises(DomainError) as caught:
        await warehouse.ask(request, token)
    assert await warehouse.rows() == before
    return caught.value


async def test_every_refusal_is_typed_names_the_field_and_leaves_no_trace(
    stocked: Warehouse,
) -> None:
    wrong = []
    for name, request, kind, code, field in BAD:
        error = await refuse(stocked, request)
        if (type(error), error.code, error.field) != (kind, code, field):
            wrong.append((name, error.code, error.field, str(error)))
    assert wrong == []


async def test_a_refusal_says_the_way_out(stocked: Warehouse) -> None:
    short = await refuse(stocked, move(issue("i1", "12.5")))
    assert str(short) == "lyon has 10 KGM of FLOUR lot F1, unrestricted, not 12.5 KGM"
    assert short.hint == "receive or count the missing 2.5 KGM, then send the same again"
    other = await refuse(stocked, move(receipt("r2", quantity={"value": "1", "unit": "LTR"})))
    assert other.hint == (
        "use KGM or a unit that converts to one of them;"
        " or put the conversion of the item, or of this lot alone, into the master data"
    )


@pytest.mark.parametrize(
    ("token", "kind", "code"),
    [
        ("-", UnauthenticatedError, "bad_token"),
        (mint(ECKey.generate_key("P-256", {"kid": "k1"})), UnauthenticatedError, "bad_token"),
        (mint(exp=1, scope=PROCESS), UnauthenticatedError, "bad_token"),
        (mint(scope="wms:read mes:write"), DeniedError, "scope_required"),
        (mint(scope=PROCESS, plants=["oslo"]), DeniedError, "foreign_plant"),
    ],
    ids=["none", "forged", "expired", "without scope", "elsewhere"],
)
async def test_who_may_not_changes_nothing(
    stocked: Warehouse, token: str, kind: type[DomainError], code: str
) -> None:
    for request in (move(receipt("r9")), hold()):
        error = await refuse(stocked, request, token)
        assert isinstance(error, kind)
        assert error.code == code or kind is UnauthenticatedError


async def test_a_storekeeper_lifts_no_hold(stocked: Warehouse) -> None:
    lifting = hold("FLOUR/HELD", version=2, active=False)
    error = await refuse(stocked, lifting, mint(scope=STOREKEEPER))
    assert (type(error), error.code) == (DeniedError, "scope_required")


async def test_an_oversize_message_changes_nothing(stocked: Warehouse) -> None:
    many = [receipt(f"{n}" + "x" * 100, reason="y" * 200) for n in range(500)]
    assert isinstance(await refuse(stocked, move(*many * 20, key="huge")), InvalidError)


async def test_reads_are_refused_likewise(stocked: Warehouse) -> None:
    for request, field in READS:
        error = await refuse(stocked, request, mint(scope=STOREKEEPER, plants=["oslo"]))
        assert (type(error), error.code, error.field) == (DeniedError, "foreign_plant", field)
        error = await refuse(stocked, request, mint(scope="erp:read"))
        assert (type(error), error.code) == (DeniedError, "scope_required")
    page = PageRequest(cursor="nonsense")
    for request in (
        wms_pb2.ListBalancesRequest(plant="lyon", page=page),
        wms_pb2.ListMovementsRequest(plant="lyon", page=page),
    ):
        error = await refuse(stocked, request)
        assert (error.code, error.field) == ("bad_cursor", "page.cursor")


async def test_a_snapshot_is_for_those_who_work_in_every_plant(stocked: Warehouse) -> None:
    request = SnapshotRequest(topic="plantmesh.wms", partition=1)
    for token, code in ((mint(scope="wms:read"), "foreign_plant"), (mint(), "scope_required")):
        async with stocked.calling(token) as calls:
            with pytest.raises(DeniedError) as caught:
                await anext(aiter(calls.snapshots.Snapshot(request)))
            assert caught.value.code == code
