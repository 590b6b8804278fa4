"""What only this ERP does: tokens, ETags, batches, SAP's own words, fields of a fixed length."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from services.erp.adapters.odata import ODataErp
from services.erp.domain.document import Sought
from services.erp.domain.posting import Kind
from services.erp.ports import ErpSystem
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import (
    Conflict,
    Found,
    Outcome,
    Posted,
    Rejected,
    Unavailable,
    Unknown,
)
from services.kit.lanes.systems import System
from tests.contract.erp_system.stage import (
    ORDER,
    Trouble,
    booked,
    find,
    line,
    made,
    post,
    posting,
    ref,
)
from tests.contract.proxy import Visit, for_visits, hear_nothing, once, said
from tests.contract.sap.stage import BOOKS, SapStage
from tools.mesh.program import Program
from tools.peers.sap.place import Place

CLOSES = "POST $batch"


async def test_a_token_that_is_good_no_more_is_fetched_again(
    erp: ErpSystem, stage: SapStage
) -> None:
    assert isinstance(await post(erp, made(stage, "p-1", "1")), Posted)
    await stage.desk.bring(scenario="csrf", method="POST", count=1)
    assert isinstance(await post(erp, made(stage, "p-2", "1")), Posted)
    assert len(await booked(stage, "p-2")) == 1


async def test_a_door_that_stays_shut_is_unavailable(erp: ErpSystem, stage: SapStage) -> None:
    await stage.desk.bring(scenario="csrf", method="POST")
    assert isinstance(await post(erp, made(stage, "p-1", "1")), Unavailable)
    await stage.clear()
    assert isinstance(await post(erp, made(stage, "p-1", "1")), Posted)


@pytest.mark.parametrize("booked_before", [False, True])
async def test_killed_while_it_books_it_is_asked_before_anything_is_posted_again(
    booked_before: bool, erp: ErpSystem, stage: SapStage, sap: tuple[Program, Place]
) -> None:
    program, _ = sap
    first = await post(erp, made(stage, "p-0", "1"))

    async def kill(visit: Visit) -> None:
        if booked_before:
            await visit.forward()
        await asyncio.to_thread(program.kill)

    stage.proxy.fault = once(for_visits(kill, BOOKS))
    assert isinstance(await post(erp, made(stage, "p-1", "40")), Unknown)
    assert isinstance(await erp.find([Sought(stage.plant, ORDER, ref(stage, "p-1"))]), Unavailable)
    await asyncio.to_thread(program.start)
    found = await find(erp, stage, "p-1")
    assert bool(found.documents) is booked_before
    if not booked_before:
        assert isinstance(await post(erp, made(stage, "p-1", "40")), Posted)
    assert len(await booked(stage, "p-1")) == 1
    assert isinstance(first, Posted)
    assert await booked(stage, "p-0") == [first.document]


async def test_references_of_any_length_are_found_in_one_request(
    erp: ErpSystem, stage: SapStage
) -> None:
    names = [f"{number}{'/part' * 20}" for number in range(25)]
    outcomes: list[Outcome] = [await post(erp, made(stage, name, "1")) for name in names[:3]]
    stage.proxy.answered.clear()
    found = await erp.find([Sought(stage.plant, ORDER, ref(stage, name)) for name in names])
    assert stage.proxy.answered == ["POST $batch", "GET A_ProductionOrder_2"]
    assert not isinstance(found, Unavailable)
    for name, outcome in zip(names, outcomes, strict=False):
        assert isinstance(outcome, Posted)
        assert found[ref(stage, name)].documents == (outcome.document,)
    assert [found[ref(stage, name)] for name in names[3:]] == [Found()] * 22


@pytest.mark.parametrize("kind", [Kind.YIELD, Kind.CONSUMPTION, Kind.RETURN, Kind.SCRAP])
async def test_every_kind_is_taken_back_its_own_way_and_once(
    kind: Kind, erp: ErpSystem, stage: SapStage
) -> None:
    lines = [line(stage.used, "3", stage.unit, "R-1"), line(stage.used, "0.125", stage.unit, "")]
    first = await post(erp, posting(stage, "p-1", kind, *lines))
    assert isinstance(first, Posted)
    undone = await erp.cancel(posting(stage, "undo", Kind.REVERSAL), first.document)
    assert isinstance(undone, Posted)
    assert await stage.stock() == {}
    assert (await find(erp, stage, "undo")).documents == (undone.document,)
    again = await erp.cancel(posting(stage, "again", Kind.REVERSAL), first.document)
    assert isinstance(again, Rejected)
    assert (again.code, again.field) == ("already_reversed", "reverses")
    assert await stage.stock() == {}


async def test_a_closing_is_found_and_stays(erp: ErpSystem, stage: SapStage) -> None:
    stage.proxy.fault = once(for_visits(hear_nothing, CLOSES))
    close = posting(stage, "close", Kind.CLOSE)
    assert isinstance(await post(erp, close), Unknown)
    [name] = (await find(erp, stage, "close")).documents
    assert (await find(erp, stage, "p-1")).documents == (), "not by every posting of the order"
    refused = await erp.post(close, None, ())
    assert isinstance(refused, Rejected)
    assert refused.code == "order_closed"
    taken_back = await erp.cancel(posting(stage, "undo", Kind.REVERSAL), name)
    assert isinstance(taken_back, Rejected)
    assert taken_back.code == "not_reversible"


async def test_an_order_changed_meanwhile_is_not_closed(erp: ErpSystem, stage: SapStage) -> None:
    async def meddle(visit: Visit) -> None:
        (await stage.overtake(ORDER, ORDER)).cancel()
        await visit.answer(await visit.forward())

    stage.proxy.fault = once(for_visits(meddle, CLOSES))
    close = posting(stage, "close", Kind.CLOSE)
    assert isinstance(await post(erp, close), Conflict)
    assert (await stage.desk.order(ORDER))["OrderLongText"] == "quick"
    assert (await find(erp, stage, "close")).documents == ()
    assert isinstance(await post(erp, close), Posted)
    text = (await stage.desk.order(ORDER))["OrderLongText"]
    assert text == f"quick\nclosed by {ref(stage, 'close')}"


@pytest.mark.parametrize(
    ("amount", "lot", "code", "field"),
    [
        ("0.0001", "L-1", "not_exact", "lines[0].quantity.value"),
        ("1", "L-1234567890", "too_long", "lines[0].lot_no"),
        ("100.001", "L-1", "over_delivery", "lines[0].quantity.value"),
    ],
)
async def test_what_does_not_fit_is_refused_by_our_field(
    amount: str, lot: str, code: str, field: str, erp: ErpSystem, stage: SapStage
) -> None:
    bad = line(stage.made, amount, stage.unit, lot)
    refused = await post(erp, posting(stage, "p-1", Kind.YIELD, bad))
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.field) == (code, field)
    assert await booked(stage, "p-1") == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("RU/494", Rejected("Said so", "order.order_no", "order_closed")),
        ("M7/021", Rejected("Said so", "lines[0].quantity.value", "not_enough_stock")),
        ("ZZ/001", Rejected("Said so", "", "rejected")),
        ("CO/469", Conflict("Said so")),
        ("M3/897", Conflict("Said so")),
    ],
)
async def test_saps_own_words_say_who_can_help(
    code: str, outcome: Outcome, erp: ErpSystem, stage: SapStage
) -> None:
    error = {"error": {"code": code, "message": {"lang": "en", "value": "Said so"}}}

    async def refuse(visit: Visit) -> None:
        await visit.answer(said("400 Bad Request", msgspec.json.encode(error)))

    stage.proxy.fault = for_visits(refuse, BOOKS)
    assert await post(erp, made(stage, "p-1", "1")) == outcome


async def test_an_answer_without_end_is_no_answer(
    erp: ErpSystem, stage: SapStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.http.LARGEST", 1000)
    assert isinstance(await erp.find([Sought(stage.plant, ORDER, ref(stage, "p-1"))]), Unavailable)


async def test_no_reason_names_the_erps_address(erp: ErpSystem, stage: SapStage) -> None:
    await stage.bring(Trouble.OUTAGE)
    outcome = await erp.find([Sought(stage.plant, ORDER, ref(stage, "p-1"))])
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "the ERP cannot be reached: ClientConnectorError"


async def test_a_wrong_password_is_unavailable_not_refused(system: System, stage: SapStage) -> None:
    stranger = ODataErp(system, "not the password")
    assert isinstance(await stranger.post(made(stage, "p-1", "1"), None, ()), Unavailable)
    await stranger.close()


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://erp.example/sap/", "user": "U"},
        {"url": "https://erp.example/sap/", "user": "U", "speed": 3},
        {"url": "https://erp.example/sap/"},
    ],
)
def test_a_setting_that_does_not_fit_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidError) as refused:
        ODataErp(System("x", "odata", (), 1, settings=settings), "")
    assert refused.value.code == "bad_settings"


async def names(erp: ErpSystem) -> Sequence[str]:
    """Orders that a first poll shows on its first page."""
    return [erp.read_order(raw.content).order_no for raw in (await erp.list_orders("")).orders]


async def test_orders_of_plants_that_are_not_ours_are_not_read(
    erp: ErpSystem, stage: SapStage, system: System
) -> None:
    assert await names(erp) == [ORDER]
    elsewhere = {**system.settings, "plants": {stage.plant: "1010"}}
    other = ODataErp(
        System("x", "odata", (stage.plant,), 1, settings=elsewhere), stage.place.password
    )
    assert await names(other) == []
    assert await other.get_order(stage.plant, ORDER) is None
    await other.close()
