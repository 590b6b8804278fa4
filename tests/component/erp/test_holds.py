"""Holds on what waits for the ERPs, on a real database."""

import asyncio

import pytest
from plantmesh.common.v1.holds_pb2 import (
    HOLD_BLOCK_CONSUME,
    HOLD_BLOCK_POSTING,
    HOLD_BLOCK_SHIP,
)
from plantmesh.erp.v1 import postings_pb2
from plantmesh.mes.v1.events_pb2 import HoldsInherited
from plantmesh.mes.v1.genealogy_pb2 import InheritedHold

from services.erp.consumers import holds
from services.erp.store import sql_books
from services.kit.errors import (
    UnavailableError,
)
from services.kit.store import Store
from tests.component.erp.conftest import (
    Stubs,
    ask,
    keep,
)
from tests.component.erp.requests import LOT, accept, hold, line, posting, states
from tests.hearing import hear


async def test_a_held_posting_is_seen_waiting_and_takes_a_new_place(
    store: Store, erp: Stubs
) -> None:
    await keep(store)
    used = posting(
        "used",
        kind=postings_pb2.POSTING_KIND_CONSUMPTION,
        lines=[line(item_no="steel", lot_no="S-1")],
    )
    await erp.postings.AcceptPostings(accept(posting("before"), used))
    assert list((await erp.holds.ApplyHolds(hold())).hold_nos) == ["H-1"]
    await erp.postings.AcceptPostings(accept(posting("after"), key="k-2"))
    why = "L-7 held by H-1"
    held, ready = postings_pb2.POSTING_STATE_HELD, postings_pb2.POSTING_STATE_READY
    assert await states(erp) == [("before", held, why), ("used", ready, ""), ("after", held, why)]
    await erp.holds.ApplyHolds(hold(active=False, version=2))
    assert await states(erp) == [("used", ready, ""), ("before", ready, ""), ("after", ready, "")]
    assert await ask(store, "SELECT action, who FROM lane_audit ORDER BY id") == [
        ("set_aside", "alice"),
        ("let_go", "alice"),
        ("let_go", "alice"),
    ]


async def test_a_hold_that_does_not_block_posting_keeps_nothing_from_the_erp(
    store: Store, erp: Stubs
) -> None:
    await keep(store)
    await erp.postings.AcceptPostings(accept())
    await erp.holds.ApplyHolds(hold(HOLD_BLOCK_SHIP, HOLD_BLOCK_CONSUME, hold_no="H-2"))
    ready, held = postings_pb2.POSTING_STATE_READY, postings_pb2.POSTING_STATE_HELD
    assert [state for _, state, _ in await states(erp)] == [ready]
    await erp.holds.ApplyHolds(hold(HOLD_BLOCK_POSTING))
    assert await states(erp) == [("lyon/4711/1/yield", held, "L-7 held by H-1")]
    # What goes on blocking shipments alone does not keep it any longer.
    await erp.holds.ApplyHolds(hold(active=False, version=2))
    assert [state for _, state, _ in await states(erp)] == [ready]


async def test_what_mes_makes_of_a_held_lot_is_not_posted_until_quality_lifts_it(
    store: Store, erp: Stubs
) -> None:
    await keep(store)
    await erp.postings.AcceptPostings(accept())
    event = HoldsInherited(lot=LOT, holds=[InheritedHold(hold_no="H-1", version=1)])
    ship = InheritedHold(hold_no="H-2", version=1, blocks=[HOLD_BLOCK_SHIP])
    await hear(store, holds(sql_books()), event, HoldsInherited(lot=LOT, holds=[ship]))
    assert await states(erp) == [
        ("lyon/4711/1/yield", postings_pb2.POSTING_STATE_HELD, "L-7 held by H-1")
    ]
    await erp.holds.ApplyHolds(hold(active=False, version=2))
    # The news of what was lifted meanwhile sets nothing aside again.
    await hear(store, holds(sql_books()), event)
    assert [one[1] for one in await states(erp)] == [postings_pb2.POSTING_STATE_READY]


async def test_a_posting_of_two_lots_waits_for_both(store: Store, erp: Stubs) -> None:
    await keep(store)
    await erp.postings.AcceptPostings(accept(posting(lines=[line(), line(lot_no="L-8")])))
    other = hold(lot=type(hold().holds[0].lot)(plant="lyon", item_no="widget", lot_no="L-8"))
    await erp.holds.ApplyHolds(hold())
    await erp.holds.ApplyHolds(other)
    await erp.holds.ApplyHolds(hold(active=False, version=2))
    [(_, state, reason)] = await states(erp)
    assert state == postings_pb2.POSTING_STATE_HELD
    assert "L-8 held by H-1" in reason


async def test_a_hold_is_in_force_when_nothing_is_under_way(store: Store, erp: Stubs) -> None:
    await keep(store)
    await erp.postings.AcceptPostings(accept())
    await ask(store, "UPDATE lane_entry SET state = 'sending', attempt = 1")
    for _ in range(2):
        with pytest.raises(UnavailableError) as refused:
            await erp.holds.ApplyHolds(hold())
        assert refused.value.code == "posting_under_way"
    await ask(store, "UPDATE lane_entry SET state = 'ready'")
    assert list((await erp.holds.ApplyHolds(hold())).hold_nos) == ["H-1"]
    assert (await states(erp))[0][1] == postings_pb2.POSTING_STATE_HELD


async def test_no_posting_slips_past_a_hold(store: Store, erp: Stubs) -> None:
    await keep(store)
    lots = [f"L-{number}" for number in range(20)]
    lot = type(hold().holds[0].lot)

    async def post(lot_no: str) -> None:
        await erp.postings.AcceptPostings(
            accept(posting(lot_no, lines=[line(lot_no=lot_no)]), key=lot_no)
        )

    async def stop(lot_no: str) -> None:
        await erp.holds.ApplyHolds(hold(lot=lot(plant="lyon", item_no="widget", lot_no=lot_no)))

    await asyncio.gather(*(act(lot_no) for lot_no in lots for act in (post, stop)))
    assert {state for _, state, _ in await states(erp)} == {postings_pb2.POSTING_STATE_HELD}
