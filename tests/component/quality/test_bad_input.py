"""Whatever is wrong with a request: a typed error names the field, and no table knows of it."""
# ruff: noqa: E501 - a row of the table is a line

from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.message import Message
from joserfc.jwk import ECKey
from plantmesh.common.v1.keys_pb2 import LotKey
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.common.v1.snapshot_pb2 import SnapshotRequest
from plantmesh.quality.v1 import quality_pb2 as pb

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from tests.component.kit.rpc.desk import mint
from tests.component.quality.laboratory import INSPECTOR, PROCESS, Laboratory
from tests.component.quality.messages import (
    AT,
    applied,
    commanding,
    deciding,
    hold,
    judging,
    kg,
    lot,
    opening,
    output,
    oven,
    part,
    placing,
    reading,
    recording,
    releasing,
    reporting,
    scoped,
)

WATER = {"item_no": "WATER", "first_day": "2026-05-04"}
S, D, R, H, T = "submissions[0]", "decisions[0]", "results[0]", "holds[0]", "reports[0]"
OSLO = lot(plant="oslo")
FOREIGN_LOT = {"hold_no": "H8", "plant": "lyon", "lots": [lot("BREAD/L2"), OSLO], "reason": "x"}

BAD: list[tuple[str, Message, type[DomainError], str, str]] = [
    # what the proto's own rules refuse
    ("no key", deciding(part(), key=" \n"), InvalidError, "idempotency_key_required", "idempotency_key"),
    ("no submission", pb.OpenInspectionsRequest(idempotency_key="x"), InvalidError, "invalid_request", "submissions"),
    ("no source", opening(output("")), InvalidError, "invalid_request", f"{S}.source"),
    ("no plant", opening(output(lot=lot(plant=""))), InvalidError, "invalid_request", f"{S}.lot.plant"),
    ("no decimal", opening(output(value="1e3")), InvalidError, "invalid_request", f"{S}.quantity.value"),
    ("no quantity", deciding(part(quantity=None)), InvalidError, "invalid_request", f"{D}.disposition.quantity"),
    ("no outcome", deciding(part(outcome="UNSPECIFIED")), InvalidError, "invalid_request", f"{D}.disposition.outcome"),
    ("no split", deciding(part(0)), InvalidError, "invalid_request", f"{D}.disposition.split_no"),
    ("no time", recording(reading(measured_at=None)), InvalidError, "invalid_request", f"{R}.measured_at"),
    ("long sample", recording(reading("x" * 65)), InvalidError, "invalid_request", f"{R}.sample"),
    ("no command", commanding("UNSPECIFIED"), InvalidError, "invalid_request", "commands[0].command"),
    ("neither lots nor a scope", placing(hold(lots=[])), InvalidError, "bad_scope", f"{H}.lots"),
    ("no verdict", judging("UNSPECIFIED"), InvalidError, "invalid_request", "judgements[0].verdict"),
    ("no reason to judge", judging("BLOCK", reason=""), InvalidError, "invalid_request", "judgements[0].reason"),
    ("nothing blocked", judging("RELEASE"), ConflictError, "wrong_state", "judgements[0].command"),
    ("lots and a scope", placing({**hold("H9"), "scope": {"item": WATER}}), InvalidError, "bad_scope", f"{H}.lots"),
    ("no scope", placing(scoped()), InvalidError, "invalid_request", f"{H}.scope.kind"),
    ("no start", placing(scoped(equipment=oven(starts_at=None))), InvalidError, "invalid_request", f"{H}.scope.equipment.starts_at"),
    ("no offset of this planet", placing(scoped(equipment=oven(starts_at={**AT, "offset_minutes": 900}))), InvalidError, "invalid_request", f"{H}.scope.equipment.starts_at.offset_minutes"),
    ("no day", placing(scoped(item={**WATER, "last_day": "4 May"})), InvalidError, "bad_day", f"{H}.scope.item.last_day"),
    ("a day before", placing(scoped(item={**WATER, "last_day": "2026-05-03"})), InvalidError, "range_inverted", f"{H}.scope.item.last_day"),
    ("ten years", placing(scoped(item={**WATER, "first_day": "2016-05-04"})), InvalidError, "range_too_wide", f"{H}.scope.item.first_day"),
    ("an end before", placing(scoped(equipment=oven(ends_at=AT))), InvalidError, "range_inverted", f"{H}.scope.equipment.ends_at"),
    ("no such order", placing(hold("H9"), scoped(order={"order_no": "9"})), NotFoundError, "unknown_order", "holds[1].scope.order.order_no"),
    ("no such item", placing(scoped(item={**WATER, "item_no": "CAKE"})), NotFoundError, "unknown_item", f"{H}.scope.item.item_no"),
    ("no such oven", placing(scoped(equipment=oven("lyon/hall/kiln"))), NotFoundError, "unknown_equipment", f"{H}.scope.equipment.equipment"),
    ("no such mill", placing(scoped(supplier_lot={"party": "DAIRY", "supplier_lot": "1"})), NotFoundError, "unknown_party", f"{H}.scope.supplier_lot.party"),
    ("no reason", placing(hold(reason="")), InvalidError, "invalid_request", f"{H}.reason"),
    ("no reason to lift", releasing("H1", reason=""), InvalidError, "invalid_request", "reason"),
    ("no version", reporting(applied(version=0)), InvalidError, "invalid_request", f"{T}.version"),
    # what the domain refuses
    ("unknown unit", opening(output(quantity=kg("1", "PCE"))), InvalidError, "unknown_unit", f"{S}.quantity.unit"),
    ("nothing", opening(output("s2"), output("s3", "0")), InvalidError, "not_positive", "submissions[1].quantity.value"),
    ("negative", opening(output(value="-1")), InvalidError, "not_positive", f"{S}.quantity.value"),
    ("foreign unit", opening(output("s2", quantity=kg("1", "LTR"))), InvalidError, "unit_mismatch", f"{S}.quantity.unit"),
    ("too much", deciding(part(2, "20.000001")), InvalidError, "over_disposed", f"{D}.disposition.quantity.value"),
    ("too much in two", deciding(part(2, "11"), part(3, "10")), InvalidError, "over_disposed", "decisions[1].disposition.quantity.value"),
    ("no part", deciding(part(2, "0")), InvalidError, "not_positive", f"{D}.disposition.quantity.value"),
    ("part's unit", deciding(part(2, quantity=kg("1", "PCS"))), InvalidError, "unknown_unit", f"{D}.disposition.quantity.unit"),
    ("bad year", recording(reading(measured_at={"timestamp": "0001-01-01T00:00:00Z"})), InvalidError, "bad_time", f"{R}.measured_at.moment"),
    ("value's unit", recording(reading(value=kg("1", "XXX"))), InvalidError, "unknown_unit", f"{R}.value.unit"),
    ("no correction", recording(reading("known", version=2)), InvalidError, "reason_required", f"{R}.reason"),
    ("lots of two plants", placing(FOREIGN_LOT), InvalidError, "foreign_lot", f"{H}.lots[1].plant"),
    # what the books refuse
    ("unknown item", opening(output("s2", lot=lot("CAKE/C1"))), NotFoundError, "unknown_item", f"{S}.lot.item_no"),
    ("unknown inspection", deciding(part(2, "1"), part(no="IL-999")), NotFoundError, "unknown_inspection", "decisions[1].inspection_no"),
    ("no number", recording(reading(), no="\u0663"), NotFoundError, "unknown_inspection", "inspection_no"),
    ("unknown hold", releasing("H9"), NotFoundError, "unknown_hold", "hold_nos[0]"),
    ("unknown report", reporting(applied(hold_no="H9")), NotFoundError, "unknown_hold", f"{T}.hold_no"),
    ("another output", opening(output("s1", "99")), ConflictError, "submission_differs", f"{S}.quantity"),
    ("another part", deciding(part(1, "79")), ConflictError, "disposition_differs", f"{D}.disposition.quantity"),
    ("another outcome", deciding(part(outcome="SCRAP")), ConflictError, "disposition_differs", f"{D}.disposition.outcome"),
    ("another reading", recording(reading("known", passed=False)), ConflictError, "result_differs", f"{R}.passed"),
    ("a gap", recording(reading("known", version=3, reason="x")), ConflictError, "version_gap", f"{R}.version"),
    ("wrong state", commanding("CLOSE"), ConflictError, "wrong_state", "commands[0].command"),
    ("decided", commanding("CANCEL"), ConflictError, "partly_decided", "commands[0].command"),
    ("cancelled", deciding(part(no="IL-2")), ConflictError, "wrong_state", f"{D}.inspection_no"),
    ("another hold", placing(hold(reason="metal")), ConflictError, "hold_differs", f"{H}.reason"),
    ("released", releasing("H1", "H1"), ConflictError, "wrong_state", "hold_nos[1]"),
    ("future version", reporting(applied(version=2)), ConflictError, "unknown_version", f"{T}.version"),
    ("same key", deciding(part(), key="known"), ConflictError, "idempotency_conflict", "idempotency_key"),
    # what policy refuses
    ("foreign output", opening(output("s2", lot=OSLO)), DeniedError, "foreign_plant", f"{S}.lot.plant"),
    ("foreign lot", reporting({**applied(), "lots": [OSLO]}), DeniedError, "foreign_plant", f"{T}.lots[0].plant"),
    ("foreign hold", placing(hold(), hold("H7", plant="oslo")), DeniedError, "foreign_plant", "holds[1].plant"),
]  # fmt: skip

ELSEWHERE: list[tuple[Message, str]] = [
    (opening(output("s9")), f"{S}.lot.plant"),
    (deciding(part(2, "1")), f"{D}.inspection_no"),
    (recording(reading("9")), "inspection_no"),
    (commanding("SAMPLE"), "commands[0].inspection_no"),
    (placing(hold("H9")), f"{H}.plant"),
    (releasing("H1"), "hold_nos[0]"),
    (reporting(), f"{T}.hold_no"),
    (pb.BatchGetInspectionsRequest(inspection_nos=["IL-9", "IL-1"]), "inspection_nos[1]"),
    (pb.BatchGetLotQualityRequest(lots=[LotKey(**lot())]), "lots[0].plant"),
    (pb.ListInspectionsRequest(plant="lyon"), "plant"),
    (pb.ListResultsRequest(inspection_no="IL-1"), "inspection_no"),
    (pb.BatchGetHoldsRequest(hold_nos=["H9", "H1"]), "hold_nos[1]"),
    (pb.ListHoldLotsRequest(hold_no="H1"), "hold_no"),
    (pb.ListHoldsRequest(plant="lyon"), "plant"),
]  # fmt: skip
READS = ELSEWHERE[7:]
BY_PROCESS_ALONE = [opening(output("s9")), reporting()]

Token = Callable[[], str]


@pytest.fixture
async def busy(laboratory: Laboratory) -> Laboratory:
    """Of IL-1 80 of 100 kg are decided and a sample is known, IL-2 is cancelled, H1 is placed."""
    async with laboratory.calling() as calls:
        await calls.inspections.OpenInspections(opening())
        await calls.inspections.OpenInspections(opening(output("c", lot=lot("BREAD/C"))))
        await calls.inspections.CommandInspections(
            commanding("CANCEL", no="IL-2", key="known command")
        )
        await calls.inspections.RecordResults(recording(reading("known"), key="known result"))
        await calls.inspections.DecideInspections(deciding(part(), part(), key="known"))
        await calls.holds.PlaceHolds(placing(key="known hold"))
    return laboratory


async def refuse(laboratory: Laboratory, request: Any, token: str = "") -> DomainError:
    """Send it; the refusal. Every row of every table is as it was."""
    before = await laboratory.rows()
    async with laboratory.calling(token) as calls:
        with pytest.raises(DomainError) as caught:
            await send(calls, request)
    assert await laboratory.rows() == before
    return caught.value


async def send(calls: Any, request: Any) -> Any:
    """To the service that has the call of this request."""
    method = request.DESCRIPTOR.name.removesuffix("Request")
    service = calls.holds if "Hold" in method else calls.inspections
    return await getattr(service, method)(request)


async def test_every_refusal_is_typed_names_the_field_and_leaves_no_trace(
    busy: Laboratory,
) -> None:
    wrong = []
    for name, request, kind, code, field in BAD:
        error = await refuse(busy, request)
        if (type(error), error.code, error.field) != (kind, code, field):
            wrong.append((name, error.code, error.field, str(error)))
    assert wrong == []


@pytest.mark.parametrize(
    ("token", "kind", "code"),
    [
        (lambda: "-", UnauthenticatedError, ""),
        (lambda: mint(ECKey.generate_key("P-256", {"kid": "k1"}), **PROCESS), UnauthenticatedError, ""),
        (lambda: mint(**{**PROCESS, "exp": 1}), UnauthenticatedError, ""),
        (lambda: mint(**{**PROCESS, "scope": "quality:read mes:write"}), DeniedError, "scope_required"),
    ],
    ids=["none", "forged", "expired", "a reader"],
)  # fmt: skip
async def test_who_may_not_changes_nothing(
    busy: Laboratory, token: Token, kind: type[DomainError], code: str
) -> None:
    for request, _ in ELSEWHERE[:7]:
        error = await refuse(busy, request, token())
        assert isinstance(error, kind)
        assert error.code == code or kind is UnauthenticatedError


async def test_another_plant_sees_and_changes_nothing(busy: Laboratory) -> None:
    oslo = mint(**PROCESS, plants=["oslo"])
    for request, field in ELSEWHERE:
        error = await refuse(busy, request, oslo)
        assert (type(error), error.code, error.field) == (DeniedError, "foreign_plant", field)


async def test_reads_need_the_scope(busy: Laboratory) -> None:
    for request, _ in READS:
        error = await refuse(busy, request, mint(scope="mes:read quality:write"))
        assert (type(error), error.code) == (DeniedError, "scope_required")
        async with busy.calling(mint(scope="quality:read")) as calls:
            await send(calls, request)


async def test_only_the_composing_service_tells_of_output_and_of_holds(busy: Laboratory) -> None:
    for request in BY_PROCESS_ALONE:
        error = await refuse(busy, request, mint(**INSPECTOR))
        assert str(error) == "this needs the scope delegate"
    async with busy.calling(mint(**INSPECTOR)) as calls:
        await send(calls, deciding(part(2, "1")))
        await send(calls, releasing("H1"))


async def test_a_cursor_of_another_list_is_refused(busy: Laboratory) -> None:
    async with busy.calling() as calls:
        page = await send(calls, pb.ListInspectionsRequest(plant="lyon"))
    cursor = PageRequest(cursor=page.page.end_cursor)
    for request in (
        pb.ListResultsRequest(inspection_no="IL-1", page=cursor),
        pb.ListHoldLotsRequest(hold_no="H1", page=cursor),
        pb.ListHoldsRequest(plant="lyon", page=cursor),
    ):
        error = await refuse(busy, request)
        assert (error.code, error.field) == ("bad_cursor", "page.cursor")
    for unknown in (
        pb.ListResultsRequest(inspection_no="IL-9"),
        pb.ListHoldLotsRequest(hold_no="H9"),
    ):
        assert isinstance(await refuse(busy, unknown), NotFoundError)


async def test_a_snapshot_is_for_those_who_work_for_all_plants(busy: Laboratory) -> None:
    request = SnapshotRequest(topic="plantmesh.quality", partition=1)
    async with busy.calling() as calls:
        with pytest.raises(DeniedError) as caught:
            [_ async for _ in calls.snapshots.Snapshot(request)]
    assert (caught.value.code, caught.value.field) == ("foreign_plant", "partition")


async def test_a_message_that_is_too_large_changes_nothing(busy: Laboratory) -> None:
    lots = [lot(f"BREAD/{n}" + "x" * 50) for n in range(10_000)]
    huge = reporting(*({**applied(hold_no=f"H{n}"), "lots": lots} for n in range(7)))
    assert huge.ByteSize() > 4_000_000
    assert (await refuse(busy, huge)).code != "internal"
