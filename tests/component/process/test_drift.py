"""Drift is told once and closes by itself; what is in flight is none, and nothing is changed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.process.v1 import drift_pb2 as pb
from plantmesh.process.v1.drift_pb2_grpc import (
    DriftServiceStub,
    add_DriftServiceServicer_to_server,
)

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    NotFoundError,
    UnavailableError,
)
from services.kit.quantity import Quantity
from services.kit.rpc.client import Peer
from services.kit.rpc.server import RpcServer
from services.process.domain.drift import Delivery, Goods
from services.process.domain.effects import Kind, Move, Posting, Stock
from services.process.domain.facts import Confirmed
from services.process.domain.ledger import Outcome, Part
from services.process.rpc.drifts import DriftServicer
from services.process.store import sql_books
from services.process.store.open_drifts import OpenDrifts
from tests.audited import leaves_rows
from tests.component.kit.rpc.desk import Given, mint, verifier
from tests.component.process.office import (
    ANY,
    AT,
    BLOCKED,
    NIGHT,
    ORDER,
    QUALITY,
    Office,
    goods,
    kg,
    movement,
    office,
    posting,
)  # fmt: skip

__all__ = ["office"]


async def test_drift_is_told_once_and_closes_when_it_is_repaired(office: Office) -> None:
    office.books.ours = [goods("100")]
    office.books.theirs = [goods("90", ANY)]
    kept = await office.rows()
    for _ in range(3):
        await office.night()
    assert await office.open() == ["stock L1 any 10 KGM"]
    assert await office.told() == ["drift/lyon BalanceDriftFound"]
    assert await office.rows() == kept, "nothing of ours is changed"
    assert office.books.theirs == [goods("90", ANY)]
    async with office.store.work():
        [drift] = (await office.drifts.get([1])).values()
    assert (drift.seen, drift.first_seen < drift.last_seen) == (3, True)
    await office.reconciler.round()
    office.books.theirs = [goods("100", ANY)]
    await office.night()
    assert await office.open() == []
    assert (await office.told())[1:] == ["drift/lyon BalanceDriftResolved"]
    office.books.theirs = []
    await office.night()
    assert (await office.told())[2:] == ["drift/lyon BalanceDriftFound"]
    office.books.ours = []
    await office.night()
    assert await office.open() == [], "neither book has it any more"


async def test_a_night_is_one_run_and_its_hour_is_the_plants(office: Office) -> None:
    office.clock.advance(timedelta(minutes=-60))
    await office.reconciler.round()
    assert await runs(office) == [], "half past one in Lyon"
    office.clock.advance(timedelta(minutes=61))
    for _ in range(2):
        office.clock.advance(timedelta(minutes=2))
        await office.reconciler.round()
    assert await runs(office) == [("lyon", True, "")]


async def runs(office: Office) -> list[Any]:
    """Plant, whether it has ended, and why not."""
    async with office.store.work() as work:
        return await work.sql(
            "SELECT plant, ended_at IS NOT NULL, trouble FROM reconciliation ORDER BY no"
        )


async def test_what_waits_on_its_way_explains_the_difference(office: Office) -> None:
    office.books.ours = [goods("100"), goods("15", QUALITY), goods("5", BLOCKED)]
    office.books.theirs = [goods("60", ANY)]
    office.books.output = {ORDER: kg("120")}
    office.books.delivered = [Delivery("4711", kg("60"))]
    await office.plan(
        posting("done", Kind.YIELD, "60"),
        posting("waits", Kind.YIELD, "40"),
        movement("receipt", Move.RECEIPT_PRODUCTION, "120", Stock.QUALITY),
        movement("block", Move.QUALITY_TO_BLOCKED, "5", Stock.QUALITY),
    )
    await office.posted("done")
    async with office.store.work():
        books = sql_books(office.clock)
        for effect in ("receipt", "block"):
            done = movement(effect, Move.RECEIPT_PRODUCTION, "1")
            await books.effects.settle([done], NIGHT)
        report = Confirmed(ORDER, 1, "BREAD", kg("120"), AT, "L1")
        await books.ledgers.confirm(report, "I1", NIGHT)
        for part in parts():
            await books.ledgers.add(ORDER, part)
    async with office.store.work() as work:
        await work.sql("UPDATE output SET waiting = 15")
    await office.night()
    assert await office.open() == []
    assert await runs(office) == [("lyon", True, "")]
    await skip(office, "waits")
    await office.night()
    assert await office.open() == ["delivery 4711  40 KGM", "stock L1 any 40 KGM"]


def parts() -> list[Part]:
    """Released, blocked, none scrapped."""
    part = Part(1, "L1", "I1", 1, Outcome.ACCEPT, kg("100"))
    return [part, replace(part, split_no=2, outcome=Outcome.QUARANTINE, quantity=kg("5"))]


async def skip(office: Office, reference: str) -> None:
    """A person gave the posting up."""
    async with office.store.work():
        await sql_books(office.clock).effects.failed(reference, "skipped", "gone", NIGHT)


async def test_what_is_taken_back_or_not_carried_out_explains_it_too(office: Office) -> None:
    receipt = movement("receipt", Move.RECEIPT_PRODUCTION, "100")
    await office.plan(
        receipt,
        posting("yield", Kind.YIELD, "100"),
        replace(receipt, reference="back", move=Move.REVERSAL, reverses="receipt"),
        Posting("unpost", ORDER, 2, Kind.REVERSAL, (), AT, reverses="yield"),
        posting("used", Kind.CONSUMPTION, "3"),
        posting("scrap", Kind.SCRAP, "7"),
        movement("issue", Move.ISSUE_TO_ORDER, "2"),
    )
    await office.posted("yield")
    async with office.store.work():
        await sql_books(office.clock).effects.settle([receipt], NIGHT)
    # Both have it until it is taken back. 3 were used here, 2 there.
    office.books.ours = [goods("97")]
    office.books.theirs = [goods("98", ANY)]
    await office.night()
    assert await office.open() == []
    async with office.store.work() as work:
        await work.sql("UPDATE effect SET posting = 'posted' WHERE at = 'erp'")
        await work.sql("UPDATE effect SET state = 'done' WHERE at = 'wms'")
    await office.night()
    assert await office.open() == ["stock L1 any -1 KGM"]


async def test_classes_are_compared_where_the_erp_tells_them_apart(office: Office) -> None:
    office.books.ours = [goods("80"), goods("20", BLOCKED), goods("1", lot="L2")]
    office.books.theirs = [goods("90"), goods("10", BLOCKED)]
    await office.night()
    assert await office.open() == [
        "stock L1 blocked 10 KGM",
        "stock L1 unrestricted -10 KGM",
        "stock L2 unrestricted 1 KGM",
    ]


async def test_what_cannot_be_compared_is_counted_and_left_as_it_is(office: Office) -> None:
    office.books.ours = [goods("100")]
    office.books.theirs = [goods("90", ANY)]
    await office.night()
    office.books.theirs = [Goods("BREAD", "L1", ANY, None, "unmapped_code")]
    await office.night()
    office.books.theirs = [Goods("BREAD", "L1", ANY, Quantity.parse("1", "LTR"))]
    await office.night()
    assert await office.open() == ["stock L1 any 10 KGM"]
    async with office.store.work():
        run = await office.drifts.run(3)
    assert run is not None
    assert (run.uncompared, run.drifting) == (1, 0)


async def test_an_erp_that_cannot_be_asked_says_so_and_one_that_is_away_is_asked_again(
    office: Office,
) -> None:
    office.books.ours, office.books.theirs = [goods("100")], [goods("90", ANY)]
    office.books.trouble["delivery"] = ConflictError("no", code="not_readable")
    office.books.trouble["stock"] = UnavailableError("closed for maintenance")
    await office.night()
    assert await runs(office) == [("lyon", False, "closed for maintenance (unavailable)")]
    del office.books.trouble["stock"]
    await office.reconciler.round()
    assert await runs(office) == [("lyon", True, "the ERP cannot be asked for delivery")]
    assert await office.open() == ["stock L1 any 10 KGM"]
    office.books.trouble["stock"] = ConflictError("odd", code="odd")
    await office.night()
    assert (await runs(office))[1] == ("lyon", False, "odd (odd)")
    office.books.trouble = {"sites": DomainError("old", code="unimplemented")}
    await office.night()
    assert (await runs(office))[1] == ("lyon", True, "")


@asynccontextmanager
async def serving(office: Office, **of: Any) -> AsyncIterator[Any]:
    """The calls, as somebody."""
    servicer = DriftServicer(office.store, office.drifts, office.clock)
    server = RpcServer(
        verifier(), [(add_DriftServiceServicer_to_server, servicer)], bind="127.0.0.1", port=0
    )
    await server.start()
    token = mint(**{"scope": "process:read process:write", "plants": ["lyon"], **of})
    peer = Peer(f"127.0.0.1:{server.port}", Given(token), seconds=10)
    try:
        yield DriftServiceStub(peer.channel)
    finally:
        await peer.close()
        await server.stop(0)


@leaves_rows(pb.RequestReconciliationRequest)
async def test_drift_is_shown_to_who_may_see_its_plant(office: Office) -> None:
    office.books.ours, office.books.theirs = [goods("100"), goods("1", lot="L2")], []
    async with serving(office) as stub:
        request = pb.RequestReconciliationRequest(idempotency_key="k", plant="lyon")
        asked = (await stub.RequestReconciliation(request)).reconciliation
        assert (await stub.RequestReconciliation(request)).reconciliation == asked
        await office.reconciler.round()
        seen = await stub.GetReconciliation(pb.GetReconciliationRequest(no=asked.no))
        assert seen.reconciliation.HasField("ended_at")
        assert seen.reconciliation.drifting == 2
        listing = pb.ListDriftsRequest(plant="lyon", page=PageRequest(size=1))
        page = await stub.ListDrifts(listing)
        assert [one.lot_no for one in page.drifts] == ["L1"]
        listing.page.cursor = page.page.end_cursor
        assert [one.lot_no for one in (await stub.ListDrifts(listing)).drifts] == ["L2"]
        found = await stub.BatchGetDrifts(pb.BatchGetDriftsRequest(nos=[1, 9]))
        [one] = found.drifts
        assert (one.unexplained.value, one.kind, list(found.missing)) == (
            "100", pb.DRIFT_KIND_STOCK, [9],
        )  # fmt: skip
        with pytest.raises(NotFoundError):
            await stub.GetReconciliation(pb.GetReconciliationRequest(no=99))
    async with serving(office, plants=["metz"]) as stub:
        with pytest.raises(DeniedError):
            await stub.ListDrifts(pb.ListDriftsRequest(plant="lyon"))
        nothing = await stub.BatchGetDrifts(pb.BatchGetDriftsRequest(nos=[1]))
        assert not nothing.drifts
    measure = OpenDrifts(office.store)
    await measure.look()
    assert list(measure.read()) == [(2, {"plant": "lyon"})]
