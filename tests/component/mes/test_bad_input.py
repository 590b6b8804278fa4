"""Whatever is wrong with a request: a typed error names the field, and no table knows of it."""
# ruff: noqa: E501 - a row of the table is a line

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from joserfc.jwk import ECKey
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.mes.v1 import lots_pb2, work_orders_pb2

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from tests.component.kit.rpc.desk import mint
from tests.component.mes.floor import Floor
from tests.component.mes.messages import (
    AT,
    START,
    command,
    confirm,
    create,
    hold,
    kg,
    order,
    plan,
    report,
    reverse,
    trace,
    used,
)

FOREIGN = order(plant="oslo")
FIRST = "confirmations[0]"
TOO_MUCH = [{"quantity": kg("1"), "reason": "x" * 60} for _ in range(20)]

BAD: list[tuple[str, Message, type[DomainError], str, str]] = [
    # what the proto's own rules refuse
    ("no key", confirm(report(), key=" \n"), InvalidError, "idempotency_key_required", "idempotency_key"),
    ("no plant", confirm(report(order=order(plant=""))), InvalidError, "invalid_request", f"{FIRST}.order.plant"),
    ("no yield", confirm({**report(), "yield": None}), InvalidError, "invalid_request", f"{FIRST}.yield"),
    ("no decimal", confirm({**report(), "yield": kg("1e3")}), InvalidError, "invalid_request", f"{FIRST}.yield.value"),
    ("no time", confirm(report(occurred_at=None)), InvalidError, "invalid_request", f"{FIRST}.occurred_at"),
    ("no command", command("UNSPECIFIED"), InvalidError, "invalid_request", "commands[0].command"),
    ("long lot", confirm(report(lot_no="x" * 65)), InvalidError, "invalid_request", f"{FIRST}.lot_no"),
    # what the domain refuses
    ("unknown unit", confirm({**report(), "yield": {"value": "1", "unit": "PCE"}}), InvalidError, "unknown_unit", f"{FIRST}.yield.unit"),
    ("foreign unit", confirm({**report(), "yield": {"value": "1", "unit": "LTR"}}), InvalidError, "unit_mismatch", f"{FIRST}.yield.unit"),
    ("negative", confirm({**report(), "yield": kg("-1")}), InvalidError, "negative", f"{FIRST}.yield.value"),
    ("negative scrap", confirm(report(scrap=[{"quantity": kg("-1")}])), InvalidError, "negative", f"{FIRST}.scrap[0].quantity.value"),
    ("negative consumption", confirm(report(consumed=[used(value="-1")])), InvalidError, "not_positive", f"{FIRST}.consumed[0].quantity.value"),
    ("over tolerance", confirm({**report(), "yield": kg("110.1")}), InvalidError, "over_tolerance", f"{FIRST}.yield.value"),
    ("over in two", confirm({**report(), "yield": kg("60")}, {**report("c2"), "yield": kg("60")}), InvalidError, "over_tolerance", "confirmations[1].yield.value"),
    ("no lot", confirm(report(lot_no="")), InvalidError, "lot_required", f"{FIRST}.lot_no"),
    ("unknown operation", confirm(report(operation_sequence=11)), InvalidError, "unknown_operation", f"{FIRST}.operation_sequence"),
    ("bad year", confirm(report(occurred_at={"timestamp": "0001-01-01T00:00:00Z"})), InvalidError, "bad_time", f"{FIRST}.occurred_at.moment"),
    ("bad tolerance", create(plan("2", over_tolerance="much")), InvalidError, "bad_tolerance", "plans[0].over_tolerance"),
    ("nothing ordered", create(plan("2", quantity=kg("0"))), InvalidError, "not_positive", "plans[0].quantity.value"),
    ("bad component", create(plan("3", components=[{"item_no": "F", "quantity": {"value": "1", "unit": "PCS"}}])), InvalidError, "unknown_unit", "plans[0].components[0].quantity.unit"),
    ("bad due", create(plan("2", due_start="0001-01-01T00:00:00Z")), InvalidError, "bad_time", "plans[0].due_start"),
    # what the books refuse
    ("unknown order", confirm(report(order=order("nobody"))), NotFoundError, "unknown_order", f"{FIRST}.order.order_no"),
    ("second unknown", command("HOLD", order_no="nobody"), NotFoundError, "unknown_order", "commands[0].key.order_no"),
    ("wrong state", command("HOLD", "DISPATCH"), ConflictError, "wrong_state", "commands[1].command"),
    ("not started", confirm(report(order=order("waiting"))), ConflictError, "wrong_state", f"{FIRST}.order"),
    ("differs", create(plan(item_no="ROLL"), key="other"), ConflictError, "order_differs", "plans[0].item_no"),
    ("same id", confirm(report("known", equipment="other"), key="other"), ConflictError, "confirmation_differs", f"{FIRST}.id"),
    ("same key", confirm(report("other"), key="known"), ConflictError, "idempotency_conflict", "idempotency_key"),
    ("held", confirm(report(consumed=[used(), used("FLOUR/HELD")])), ConflictError, "lot_held", f"{FIRST}.consumed[1].lot_no"),
    ("itself", confirm(report(consumed=[used("BREAD/L1")])), ConflictError, "lot_cycle", f"{FIRST}.lot_no"),
    ("no such number", reverse(9), NotFoundError, "unknown_confirmation", "reversals[0].reverses.confirmation_no"),
    ("one id twice", reverse(1, 2, id="one"), ConflictError, "confirmation_differs", "reversals[1].id"),
    ("no reason", reverse(1, reason=""), InvalidError, "invalid_request", "reversals[0].reason"),
    ("over returned", confirm(report(returned=[used()])), InvalidError, "over_returned", f"{FIRST}.returned[0].quantity.value"),
    ("no time unit", confirm(report(labour_time=kg("1"))), InvalidError, "not_a_time", f"{FIRST}.labour_time.unit"),
    ("ends early", confirm(report(started_at=AT, ended_at={"timestamp": "2026-05-03T12:00:00Z"})), InvalidError, "bad_time", f"{FIRST}.ended_at"),
    ("delivers and hands on", confirm(report(passed_on=kg("1"))), InvalidError, "passed_on_at_last_operation", f"{FIRST}.passed_on"),
    ("no such operation", create(plan("2", components=[{"item_no": "F", "quantity": kg("1"), "operation_sequence": 11}])), InvalidError, "unknown_operation", "plans[0].components[0].operation_sequence"),
    # what policy refuses
    ("foreign reversal", reverse(1, reverses={"order": FOREIGN, "confirmation_no": 1}), DeniedError, "foreign_plant", "reversals[0].reverses.order.plant"),
    ("foreign plan", create(plan(key=FOREIGN)), DeniedError, "foreign_plant", "plans[0].key.plant"),
    ("foreign command", command("HOLD", plant="oslo"), DeniedError, "foreign_plant", "commands[0].key.plant"),
    ("foreign report", confirm(report(), report(order=FOREIGN)), DeniedError, "foreign_plant", "confirmations[1].order.plant"),
]  # fmt: skip

READS: list[tuple[tuple[str, str], Any]] = [
    (
        ("orders", "BatchGetWorkOrders"),
        work_orders_pb2.BatchGetWorkOrdersRequest(keys=[create(plan()).plans[0].key]),
    ),
    (("orders", "ListWorkOrders"), work_orders_pb2.ListWorkOrdersRequest(plant="lyon")),
    (
        ("orders", "ListConfirmations"),
        work_orders_pb2.ListConfirmationsRequest(order=create(plan()).plans[0].key),
    ),
    (
        ("orders", "BatchGetConfirmations"),
        work_orders_pb2.BatchGetConfirmationsRequest(
            keys=[one.reverses for one in reverse(1).reversals]
        ),
    ),
    (
        ("lots", "BatchGetLots"),
        lots_pb2.BatchGetLotsRequest(keys=trace("BREAD/L1", forward=True).lots),
    ),
    (
        ("lots", "BatchGetOrderLots"),
        lots_pb2.BatchGetOrderLotsRequest(orders=[create(plan()).plans[0].key]),
    ),
    (("lots", "ListLots"), lots_pb2.ListLotsRequest(plant="lyon")),
    (("lots", "TraceLots"), trace("BREAD/L1", forward=True)),
    (("snapshots", "Snapshot"), SnapshotRequest(topic="plantmesh.mes", partition=1)),
]

METHODS = {
    "CreateWorkOrdersRequest": "CreateWorkOrders",
    "CommandWorkOrdersRequest": "CommandWorkOrders",
    "ConfirmOperationsRequest": "ConfirmOperations",
    "ReverseConfirmationsRequest": "ReverseConfirmations",
}


@pytest.fixture
async def running(floor: Floor) -> Floor:
    """4711 runs and has one report, `waiting` does not run, FLOUR/HELD is held."""
    async with floor.calling() as calls:
        await calls.orders.CreateWorkOrders(create(plan(), plan("waiting")))
        await calls.orders.CommandWorkOrders(START)
        await calls.orders.ConfirmOperations(confirm(report("known"), key="known"))
        await calls.holds.ApplyHolds(hold("FLOUR/HELD"))
    return floor


async def refuse(floor: Floor, request: Any, token: str = "") -> DomainError:
    """Send it; the refusal. Every row of every table is as it was."""
    before = await floor.rows()
    async with floor.calling(token) as calls:
        with pytest.raises(DomainError) as caught:
            await getattr(calls.orders, METHODS[request.DESCRIPTOR.name])(request)
    assert await floor.rows() == before
    return caught.value


async def test_every_refusal_is_typed_names_the_field_and_leaves_no_trace(running: Floor) -> None:
    wrong = []
    for name, request, kind, code, field in BAD:
        error = await refuse(running, request)
        if (type(error), error.code, error.field) != (kind, code, field):
            wrong.append((name, error.code, error.field, str(error)))
    assert wrong == []


@pytest.mark.parametrize(
    ("token", "kind", "code"),
    [
        (lambda: "-", UnauthenticatedError, "bad_token"),
        (
            lambda: mint(ECKey.generate_key("P-256", {"kid": "k1"})),
            UnauthenticatedError,
            "bad_token",
        ),
        (lambda: mint(exp=1), UnauthenticatedError, "bad_token"),
        (lambda: mint(scope="mes:read wms:write"), DeniedError, "scope_required"),
        (lambda: mint(plants=["oslo"]), DeniedError, "foreign_plant"),
    ],
    ids=["none", "forged", "expired", "without scope", "elsewhere"],
)
async def test_who_may_not_changes_nothing(
    running: Floor, token: Callable[[], str], kind: type[DomainError], code: str
) -> None:
    error = await refuse(running, confirm(report("c9")), token())
    assert isinstance(error, kind)
    assert error.code == code or kind is UnauthenticatedError


async def test_the_line_lifts_no_hold_of_quality(running: Floor) -> None:
    async with running.calling(mint()) as calls:
        with pytest.raises(DeniedError, match="needs the scope delegate"):
            await calls.holds.ApplyHolds(hold("FLOUR/HELD", version=2, active=False))


async def test_an_oversize_message_changes_nothing(running: Floor) -> None:
    many = [report(f"{n}" + "x" * 100, equipment="y" * 128, scrap=TOO_MUCH) for n in range(500)]
    huge = confirm(*many, *many, *many, key="huge")
    assert huge.ByteSize() > 2_000_000
    error = await refuse(running, huge)
    assert isinstance(error, InvalidError)


async def test_reads_are_refused_likewise(running: Floor) -> None:
    async with running.calling(mint(plants=["oslo"])) as calls:
        for call, request in READS:
            with pytest.raises(DeniedError) as caught:
                await whole(getattr(getattr(calls, call[0]), call[1])(request))
            assert caught.value.code == "foreign_plant", call
            assert caught.value.field.endswith("plant") or call[0] == "snapshots"
    async with running.calling(mint(scope="erp:read")) as calls:
        for call, request in READS:
            with pytest.raises(DeniedError, match="needs the scope mes:read"):
                await whole(getattr(getattr(calls, call[0]), call[1])(request))


async def whole(answer: Any) -> None:
    """All of an answer, whether it is one or a stream."""
    if hasattr(answer, "__aiter__"):
        async for _ in answer:
            pass
    else:
        await answer
