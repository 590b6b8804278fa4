"""The claim: heads only, each to one worker, whatever happens between looking and locking."""

import asyncio

import pytest

from services.kit.lanes.queue import Queue
from services.kit.store import Store
from tests.component.kit.lanes.conftest import ERP, ask, offer


class LowestReady(Queue):
    """Takes the lowest *ready* position of a key: what is being sent is not in its way."""

    HEADS = """
        SELECT e.id, e.state FROM lane_entry e WHERE e.id IN (
          SELECT DISTINCT ON (key) id FROM lane_entry WHERE system = %(system)s AND state = 'ready'
          ORDER BY key, position)
        ORDER BY e.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""


_SEEN = """
        WITH seen AS MATERIALIZED (
          SELECT e.id, pg_sleep(CASE WHEN %(limit)s > 1 THEN 0.3 ELSE 0 END) FROM lane_entry e
          WHERE e.system = %(system)s AND e.state = 'ready')
        SELECT e.id, e.state FROM lane_entry e JOIN seen USING (id)"""


class LookedThenLocked(Queue):
    """Finds heads in one step and locks them in the next, without asking for the state again."""

    HEADS = _SEEN + " LIMIT %(limit)s FOR UPDATE OF e SKIP LOCKED"


class LookedThenTested(Queue):
    """As slow between the two steps, and tests the state where it locks."""

    HEADS = _SEEN + " WHERE e.state = 'ready' LIMIT %(limit)s FOR UPDATE OF e SKIP LOCKED"


async def claimed(store: Store, queue: Queue, limit: int = 20) -> list[str]:
    connection = await store.raw()
    async with connection:
        return [entry.reference for entry in await queue.claim(connection, limit)]


def of(kind: type[Queue]) -> Queue:
    return kind(ERP.id, lease=5, longest=1)


@pytest.mark.parametrize(("kind", "second"), [(Queue, []), (LowestReady, ["b"])])
async def test_next_one_waits_until_the_head_is_posted(
    store: Store, kind: type[Queue], second: list[str]
) -> None:
    await offer(store, "a", "b")
    assert await claimed(store, of(kind)) == ["a"]
    assert await claimed(store, of(kind)) == second


@pytest.mark.parametrize(("kind", "twice"), [(LookedThenTested, []), (LookedThenLocked, ["a"])])
async def test_state_is_tested_where_the_row_is_locked(
    store: Store, kind: type[Queue], twice: list[str]
) -> None:
    await offer(store, "a")
    slow = asyncio.create_task(claimed(store, of(kind), limit=2))
    await asyncio.sleep(0.1)
    assert await claimed(store, of(kind), limit=1) == ["a"]
    assert await slow == twice


async def test_many_workers_share_the_heads(store: Store) -> None:
    for n in range(60):
        await offer(store, f"a{n}", f"b{n}", key=f"k{n}")
    parts = await asyncio.gather(*(claimed(store, of(Queue), limit=7) for _ in range(12)))
    taken = [reference for part in parts for reference in part]
    assert len(taken) == len(set(taken))
    assert all(reference.startswith("a") for reference in taken)


@pytest.mark.parametrize("state", ["refused", "needs_confirmation", "awaiting", "sending"])
async def test_open_states_hold_their_key(store: Store, state: str) -> None:
    await offer(store, "a", "b")
    await ask(
        store,
        "UPDATE lane_entry SET state = %s, due_at = 'infinity' WHERE reference = 'a'",
        state,
    )
    assert await claimed(store, of(Queue)) == []


@pytest.mark.parametrize("state", ["posted", "skipped"])
async def test_settled_states_let_the_next_one_pass(store: Store, state: str) -> None:
    await offer(store, "a", "b")
    await ask(store, "UPDATE lane_entry SET state = %s WHERE reference = 'a'", state)
    assert await claimed(store, of(Queue)) == ["b"]
