"""People at the desk: what is parked can be seen, mended, replayed and skipped, and is audited."""

import pytest

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.lanes.board import Filter, list_entries, show_entry
from services.kit.lanes.desk import Act, close_doubts, fix, replay, skip
from services.kit.lanes.entry import State
from services.kit.lanes.outcome import Rejected
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.kit.lanes.conftest import Told, ask, offer
from tests.component.kit.lanes.memory import MemoryErp

BOSS = Act("anna", "checked with the plant")


@pytest.fixture
async def parked(store: Store, worker: Worker, erp: MemoryErp) -> int:
    """A refused posting with two behind it; its id."""
    await offer(store, "bad", "next", "last")
    erp.script["bad"] = [Rejected("account closed", field="account")]
    await worker.step()
    [(id,)] = await ask(store, "SELECT id FROM lane_entry WHERE state = 'refused'")
    return int(id)


async def test_list_shows_what_waits_for_people(store: Store, parked: int) -> None:
    async with store.work() as work:
        assert [seen.entry.id for seen in await list_entries(work, Filter())] == [parked]
        everything = Filter(system="erp-1", key="order-1", states=tuple(State), limit=2)
        page = await list_entries(work, everything)
        assert [seen.entry.reference for seen in page] == ["bad", "next"]
        assert [seen.behind for seen in page] == [2, 1]
        assert await list_entries(work, Filter(after=parked)) == []
        assert await list_entries(work, Filter(system="erp-9")) == []


async def test_fixed_and_replayed_posting_goes_out_in_its_place(
    store: Store, worker: Worker, erp: MemoryErp, parked: int
) -> None:
    async with store.work() as work:
        await fix(work, parked, b"mended", BOSS)
    assert await worker.step() == 0
    async with store.work() as work:
        await replay(work, parked, BOSS)
    while await worker.step():
        pass
    assert [reference for _, reference in erp.journal] == ["bad", "next", "last"]
    assert erp.created[1].payload == b"mended"
    async with store.work() as work:
        story = await show_entry(work, parked)
    assert [(change.who, change.action, change.reason) for change in story.changes] == [
        ("anna", "fix", BOSS.reason),
        ("anna", "replay", BOSS.reason),
    ]
    assert (story.changes[0].old_payload, story.changes[0].new_payload) == (b"{}", b"mended")
    assert (story.changes[1].old, story.changes[1].new) == (
        {"state": "refused"},
        {"state": "ready"},
    )


async def test_dry_run_changes_nothing(store: Store, parked: int) -> None:
    async with store.work() as work:
        assert (await replay(work, parked, BOSS, dry_run=True)).state is State.READY
        story = await show_entry(work, parked)
    assert (story.waiting.entry.state, story.waiting.behind, story.changes) == (
        State.REFUSED,
        2,
        (),
    )


async def test_skipped_posting_lets_the_next_one_pass(
    store: Store, worker: Worker, erp: MemoryErp, told: Told, parked: int
) -> None:
    async with store.work() as work:
        await skip(work, parked, BOSS, told)
    while await worker.step():
        pass
    assert [reference for _, reference in erp.journal] == ["next", "last"]
    assert [entry.state for entry in told.entries if entry.id == parked] == ["refused", "skipped"]


async def test_skipped_posting_that_exists_is_shown(
    store: Store, worker: Worker, erp: MemoryErp, told: Told, parked: int
) -> None:
    erp.book(erp.created[0])
    async with store.work() as work:
        await skip(work, parked, BOSS, told)
    await worker.step()
    worker.sweep_every = 0
    await worker.step()
    async with store.work() as work:
        [doubt] = (await show_entry(work, parked)).doubts
        assert (doubt.kind, doubt.documents) == ("document_of_unposted", ("D1",))
        await close_doubts(work, parked, BOSS)
        [doubt] = (await show_entry(work, parked)).doubts
    assert doubt.closed_at is not None


@pytest.mark.parametrize(("who", "reason", "field"), [("", "why", "who"), ("anna", " ", "reason")])
def test_act_needs_a_name_and_a_reason(who: str, reason: str, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Act(who, reason)
    assert refused.value.field == field


async def test_only_parked_postings_can_be_changed(store: Store, told: Told, parked: int) -> None:
    async with store.work() as work:
        with pytest.raises(ConflictError, match="is ready"):
            await fix(work, parked + 1, b"x", BOSS)
        with pytest.raises(ConflictError, match="is ready"):
            await skip(work, parked + 1, BOSS, told)
        with pytest.raises(NotFoundError):
            await replay(work, 10_000, BOSS)
        with pytest.raises(NotFoundError):
            await show_entry(work, 10_000)
        with pytest.raises(InvalidError, match="empty"):
            await fix(work, parked, b"", BOSS)
