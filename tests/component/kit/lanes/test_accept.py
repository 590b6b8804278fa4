"""Acceptance: positions in the order of commits, once per reference, all or nothing."""

import asyncio
from collections.abc import Iterable

import pytest

from services.kit.errors import ConflictError, InvalidError
from services.kit.lanes.accept import Intake, Key, Posting, accept
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.kit.lanes.conftest import ERP, ask, offer
from tests.component.kit.lanes.memory import MemoryErp
from tests.faults.checker import Verdict, check


class PlainIds(Intake):
    """Takes a number from a sequence, as identity columns do, without the key's lock."""

    async def lock(self, keys: Iterable[Key]) -> dict[Key, int]:
        """The next number, less one: place() adds it again."""
        [(id,)] = await self.work.sql("SELECT nextval('lane_audit_id_seq') + 1000")
        return {key: int(id) for key in keys}


async def put(
    store: Store,
    reference: str,
    kind: type[Intake],
    written: asyncio.Event,
    commit: asyncio.Event,
) -> None:
    """Accept on one key; tell when it is `written`, and `commit` when told."""
    async with store.work() as work:
        kind.of(work).add(Posting(ERP.id, "order-1", reference, "confirmation", b"{}"))
        await work.flush()
        written.set()
        await commit.wait()


async def race(store: Store, worker: Worker, erp: MemoryErp, kind: type[Intake]) -> Verdict:
    """`early` is accepted first and commits last; the worker is quick."""
    written, now, late = asyncio.Event(), asyncio.Event(), asyncio.Event()
    now.set()
    first = asyncio.create_task(put(store, "early", kind, written, late))
    await written.wait()
    second = asyncio.create_task(put(store, "later", kind, asyncio.Event(), now))
    await asyncio.wait([second], timeout=0.3)
    await worker.step()
    late.set()
    await asyncio.gather(first, second)
    while await worker.step():
        pass
    order = [
        ref for (ref,) in await ask(store, "SELECT reference FROM lane_entry ORDER BY position")
    ]
    return check({"order-1": order}, erp.journal)


async def test_order_of_acceptance_is_the_order_of_posting(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    assert (await race(store, worker, erp, Intake)).ok
    assert erp.journal[0] == ("order-1", "early")


async def test_plain_ids_are_out_of_order(store: Store, worker: Worker, erp: MemoryErp) -> None:
    assert (await race(store, worker, erp, PlainIds)).disorder == 1


async def test_positions_have_no_gap(store: Store) -> None:
    await offer(store, "a", "b")
    await offer(store, "b", "c")
    with pytest.raises(ConflictError):
        await offer(store, "rolled back", "a", key="order-2")
    await offer(store, "d")
    rows = await ask(store, "SELECT reference, position FROM lane_entry ORDER BY position")
    assert rows == [("a", 1), ("b", 2), ("c", 3), ("d", 4)]


async def test_same_reference_and_content_is_the_first_one_again(store: Store) -> None:
    await asyncio.gather(*(offer(store, "a", "a") for _ in range(5)))
    assert await ask(store, "SELECT reference, position FROM lane_entry") == [("a", 1)]
    assert await ask(store, "SELECT position FROM lane_key") == [(1,)]


@pytest.mark.parametrize(
    ("key", "kind", "payload"),
    [
        pytest.param("order-1", "confirmation", b"other", id="payload"),
        pytest.param("order-1", "scrap", b"{}", id="kind"),
        pytest.param("order-2", "confirmation", b"{}", id="key"),
    ],
)
async def test_same_reference_with_other_content_is_refused(
    store: Store, key: str, kind: str, payload: bytes
) -> None:
    await offer(store, "a")
    with pytest.raises(ConflictError, match="a was accepted for erp-1") as refused:
        async with store.work() as work:
            accept(work, ERP.id, key, "a", kind, payload)
    assert (refused.value.code, refused.value.field) == ("reference_taken", "reference")
    assert await ask(store, "SELECT count(*) FROM lane_entry") == [(1,)]


async def test_other_content_within_one_transaction_is_refused_at_once(store: Store) -> None:
    async with store.work() as work:
        accept(work, ERP.id, "order-1", "a", "confirmation", b"{}")
        with pytest.raises(ConflictError):
            accept(work, ERP.id, "order-1", "a", "confirmation", b"other")


@pytest.mark.parametrize("field", ["system", "key", "reference"])
async def test_empty_name_is_refused(store: Store, field: str) -> None:
    names = {"system": "s", "key": "k", "reference": "r", field: ""}
    async with store.work() as work:
        with pytest.raises(InvalidError) as refused:
            accept(work, **names, kind="confirmation", payload=b"{}")
    assert refused.value.field == field


async def test_many_keys_from_many_sides_do_not_deadlock(store: Store) -> None:
    async def one(turn: int, keys: list[str]) -> None:
        async with store.work() as work:
            for key in keys:
                accept(work, ERP.id, key, f"{key}.{turn}", "confirmation", b"{}")

    keys = [f"k{n}" for n in range(20)]
    await asyncio.gather(*(one(n, keys if n % 2 else keys[::-1]) for n in range(8)))
    rows = await ask(store, "SELECT max(position), count(*) FROM lane_entry GROUP BY key")
    assert rows == [(8, 8)] * 20
