"""Operations on lots and recall documents as others meet them: over gRPC, in the graph."""
# ruff: noqa: E501 - a row of the table is a line

import asyncio
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from plantmesh.mes.v1 import genealogy_pb2 as pb
from plantmesh.mes.v1 import lots_pb2

from services.kit.clock import SystemClock
from services.kit.errors import ConflictError, DeniedError, DomainError, InvalidError, NotFoundError
from services.mes.application.apply_holds import apply_holds
from services.mes.domain.genealogy import Direction
from services.mes.domain.hold import Restraint
from services.mes.domain.lot_operation import Split
from services.mes.store import open_books
from services.mes.store.expiry import Expiry
from tests.component.kit.rpc.desk import mint
from tests.component.kit.test_commands import waiting_for_a_lock
from tests.component.mes.floor import Floor, open_floor
from tests.component.mes.lot_messages import MILL, command, operate, operation, some, trace, void
from tests.component.mes.messages import kg, lot
from tests.component.mes.test_concurrency import apart
from tests.unit.mes.reports import hold, lot_key, part, received
from tests.unit.mes.use_cases import family, put
from tests.unit.mes.use_cases import lot as read_lot
from tests.unit.mes.use_cases.recalls import bakery
from tests.unit.mes.use_cases.steps import operate as carry_out


async def test_every_operation_through_the_port(floor: Floor) -> None:
    every = operate(
        operation("in", receive={"lot": some("F/1", "10"), **MILL}, equipment="DOCK", reason="po"),
        operation("split", split={"from": lot("F/1"), "into": [some("F/2", "4")]}),
        operation(
            "merge", merge={"from": [some("F/2", "1"), some("F/1", "1")], "into": lot("F/3")}
        ),
        operation("relabel", relabel={"from": lot("F/3"), "to": lot("G/3")}),
        operation("some", relabel={"from": lot("F/2"), "to": lot("G/2"), "quantity": kg("1")}),
        operation("rework", rework={"from": some("F/2", "1"), "into": lot("F/2R")}),
        operation("pack", aggregate={"from": [some("F/2R", "1")], "into": some("KIT/1", "1")}),
        operation(
            "ship", ship={"lot": some("KIT/1", "1"), "shipment_no": "S1", "customer": "ACME"}
        ),
        operation("use", consume={"lot": lot("F/1"), "quantity": kg("1")}),
        operation("rest", consume={"lot": lot("F/2")}),
    )
    async with floor.calling(mint(scope="mes:read mes:write mes:recall")) as calls:
        done = await calls.genealogy.OperateLots(every)
        assert await calls.genealogy.OperateLots(every) == done
        again = await calls.genealogy.OperateLots(
            operate(*map(as_written, every.operations), key="x")
        )
        assert list(again.replayed) == [one.event_id for one in every.operations]
        left = {f"{one.key.item_no}/{one.key.lot_no}": one.on_hand.value for one in done.lots}
        assert left == {
            "F/1": "4", "F/2": "0", "F/2R": "0", "F/3": "0", "G/2": "1", "G/3": "2", "KIT/1": "0",
        }  # fmt: skip
        flour = next(one for one in done.lots if one.key.lot_no == "1" and one.key.item_no == "F")
        assert (flour.supplier_lot, flour.country_of_origin) == ("M7", "FR")
        assert flour.quality == lots_pb2.LOT_QUALITY_CREATED
        assert flour.disposition == lots_pb2.LOT_DISPOSITION_RESTRICTED
        (one,) = (
            await calls.genealogy.BatchTraceLots(
                trace(("F/1", ""), with_levels=True, with_edges=True)
            )
        ).traces
        assert {f"{at.key.item_no}/{at.key.lot_no}": at.level for at in one.lots} == {
            "F/1": 0, "F/2": 1, "F/3": 1, "G/3": 2, "G/2": 2, "F/2R": 2, "KIT/1": 3,
        }  # fmt: skip
        assert [(at.shipment_no, at.customer) for at in one.shipments] == [("S1", "ACME")]
        assert [(at.supplier, at.supplier_lot, at.event_id) for at in one.receipts] == [
            ("MILL", "M7", "in")
        ]
        assert {lots_pb2.EdgeKind.Name(edge.kind) for edge in one.edges} == {
            f"EDGE_KIND_{kind}" for kind in ("SPLIT", "MERGE", "RELABEL", "REWORK", "AGGREGATE")
        }
        await calls.genealogy.VoidLotOperations(void("ship", "pack"))
        (told,) = (
            await calls.genealogy.BatchGetLotHistories(
                pb.BatchGetLotHistoriesRequest(lots=[one.lots[-1].key])
            )
        ).lots
        assert [(at.event_id, at.void_by) for at in told.events] == [("pack", "pack")]
    told_of = [one.rsplit(" ")[-1] for one in await floor.told()]
    assert told_of == ["LotOperated"] * 10 + ["LotOperationVoided"] * 2


def as_written(message: Any) -> dict[str, Any]:
    """A request's part as it was."""
    return MessageToDict(message, preserving_proto_field_name=True)


async def test_a_family_too_large_for_an_answer_says_where_to_go_on(floor: Floor) -> None:
    await bakery(floor)
    async with floor.calling() as calls:
        seen, cursor, answers = [], "", 0
        while answers == 0 or cursor:
            (one,) = (
                await calls.genealogy.BatchTraceLots(trace(("FLOUR/F1", cursor), max_lots=2))
            ).traces
            seen += [at.key.lot_no for at in one.lots]
            assert one.total == 5
            cursor, answers = one.too_many.cursor, answers + 1
        assert (sorted(seen), answers) == (["B1", "D1", "F1", "R1", "X1"], 3)
        request = trace(("FLOUR/F2", "nonsense"))
        with pytest.raises(InvalidError) as caught:
            await calls.genealogy.BatchTraceLots(request)
        assert (caught.value.code, caught.value.field) == ("bad_cursor", "starts[0].cursor")
        with pytest.raises(InvalidError) as caught:
            await calls.genealogy.BatchTraceLots(
                trace(("F/1", ""), ("F/2", ""), ("F/3", ""), max_lots=10_000)
            )
        assert (caught.value.code, caught.value.field) == ("too_many_lots", "max_lots")


FIRST = "operations[0]"
BAD: list[tuple[str, Any, type[DomainError], str, str]] = [
    ("OperateLots", operate(operation("", consume={"lot": lot("F/1")}), key="k"), InvalidError, "invalid_request", f"{FIRST}.event_id"),
    ("OperateLots", operate(operation("x")), InvalidError, "invalid_request", f"{FIRST}.what"),
    ("OperateLots", operate(operation("x", ship={"lot": some("F/1", "1e3"), "shipment_no": "S"})), InvalidError, "invalid_request", f"{FIRST}.ship.lot.quantity.value"),
    ("OperateLots", operate(operation("x", ship={"lot": {"lot": lot("F/1"), "quantity": {"value": "1", "unit": "PCE"}}, "shipment_no": "S"})), InvalidError, "unknown_unit", f"{FIRST}.ship.lot.quantity.unit"),
    ("OperateLots", operate(operation("x", receive={"lot": some("F/1", "1"), "expiry_at": "0001-01-01T00:00:00Z"})), InvalidError, "bad_time", f"{FIRST}.receive.expiry_at"),
    ("OperateLots", operate(operation("x", receive={"lot": some("F/1", "1"), "country_of_origin": "France"})), InvalidError, "invalid_request", f"{FIRST}.receive.country_of_origin"),
    ("OperateLots", operate(operation("x", consume={"lot": lot("F/1"), "quantity": {"value": "1", "unit": "LTR"}})), InvalidError, "unit_mismatch", f"{FIRST}.consume.quantity.unit"),
    ("OperateLots", operate(operation("x", consume={"lot": lot("F/9")})), ConflictError, "quantity_unknown", f"{FIRST}.consume.lot.lot_no"),
    ("OperateLots", operate(operation("x", plant="oslo", consume={"lot": lot("F/1")})), DeniedError, "foreign_plant", f"{FIRST}.plant"),
    ("VoidLotOperations", void("nothing"), NotFoundError, "unknown_operation", "events[0].event_id"),
    ("CommandLots", command("F/1", "RELEASE"), ConflictError, "quality_owns", "commands[0].command"),
    ("CommandLots", command("F/1", "CLOSE", "START"), ConflictError, "wrong_state", "commands[1].command"),
    ("CommandLots", command("F/9", "INSPECT"), NotFoundError, "unknown_lot", "commands[0].lot.lot_no"),
]  # fmt: skip


async def test_whatever_is_wrong_is_refused_by_name_and_leaves_no_trace(floor: Floor) -> None:
    wrong = []
    async with floor.calling() as calls:
        await calls.genealogy.OperateLots(
            operate(operation("in", receive={"lot": some("F/1", "10")}))
        )
        before = await floor.rows()
        for method, request, kind, code, field in BAD:
            with pytest.raises(DomainError) as caught:
                await getattr(calls.genealogy, method)(request)
            error = caught.value
            if (type(error), error.code, error.field) != (kind, code, field):
                wrong.append((code, error.code, error.field, str(error)))
        assert await floor.rows() == before
    assert wrong == []


async def test_reads_and_writes_want_scope_and_plant(floor: Floor) -> None:
    holds = pb.BatchGetInheritedHoldsRequest(lots=[trace(("F/1", "")).starts[0].lot])
    history = pb.BatchGetLotHistoriesRequest(lots=holds.lots)
    everything = {
        "OperateLots": operate(operation("x", consume={"lot": lot("F/1")})),
        "VoidLotOperations": void("x"),
        "CommandLots": command("F/1", "INSPECT"),
        "BatchTraceLots": trace(("F/1", "")),
        "BatchGetInheritedHolds": holds,
        "BatchGetLotHistories": history,
    }
    for token, code in (
        (mint(plants=["oslo"]), "foreign_plant"),
        (mint(scope="erp:read"), "scope_required"),
    ):
        async with floor.calling(token) as calls:
            for method, request in everything.items():
                with pytest.raises(DeniedError) as caught:
                    await getattr(calls.genealogy, method)(request)
                assert caught.value.code == code, method


async def test_quality_alone_judges_and_time_expires(floor: Floor) -> None:
    async with floor.calling() as calls:
        told = {"lot": some("F/1", "10"), "expiry_at": "2026-05-04T12:00:00Z"}
        await calls.genealogy.OperateLots(operate(operation("in", receive=told)))
        done = await calls.genealogy.CommandLots(command("F/1", "UNRESTRICT"))
        assert done.lots[0].disposition == lots_pb2.LOT_DISPOSITION_UNRESTRICTED
        with pytest.raises(ConflictError) as caught:
            await calls.genealogy.CommandLots(command("F/1", "BLOCK"))
        assert (caught.value.code, caught.value.field) == ("quality_owns", "commands[0].command")
    await Expiry(floor.store, open_books(SystemClock())).round()
    assert (await read_lot(floor, "F/1")).status.name == "EXPIRED"
    assert (await floor.told())[-1] == "lyon/F/1 LotStatusChanged"


async def test_a_split_and_a_hold_at_the_same_time(floor: Floor, database: str) -> None:
    """Whoever comes first: the part is born held, or it is found by who traces after the hold."""
    names = [f"F/{n}" for n in range(12)]
    await carry_out(floor, *(received(name, "10") for name in names))

    async def split(name: str) -> None:
        await carry_out(floor, Split(lot_key(name), (part(f"{name}a", "1"),)))

    async with open_floor(database) as other:
        doing = [split(name) for name in names] + [put(other, hold(name)) for name in names]
        await asyncio.gather(*doing[::2], *doing[1::2])
        for name in names:
            born_held = (await read_lot(other, f"{name}a")).holds == {"H1": Restraint(1)}
            found = f"{name}a" in await family(other, name, direction=Direction.FORWARD)
            assert found, born_held
    async with floor.calling() as calls:
        keys = [trace((f"{name}a", "")).starts[0].lot for name in names]
        answer = await calls.genealogy.BatchGetInheritedHolds(
            pb.BatchGetInheritedHoldsRequest(lots=keys)
        )
    assert [[one.hold_no for one in each.holds] for each in answer.lots] == [["H1"]] * len(names)


async def test_a_part_of_a_lot_that_is_being_held_is_born_held(floor: Floor, database: str) -> None:
    await carry_out(floor, received("F/1", "10"))
    async with open_floor(database) as other:
        async with floor.work() as books:
            await apply_holds(books, [hold("F/1")])
            cutting = apart(carry_out(other, Split(lot_key("F/1"), (part("F/1a", "1"),))))
            await waiting_for_a_lock(floor.store)
        await cutting
    assert (await read_lot(floor, "F/1a")).holds == {"H1": Restraint(1)}
    assert "lyon/F/1a HoldsInherited" in await floor.told()
