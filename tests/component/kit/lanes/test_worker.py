"""What the lane makes of every outcome, and that nothing but the lane decides."""

import asyncio
from dataclasses import replace

import pytest

from services.kit.lanes.board import show_entry
from services.kit.lanes.desk import Act, replay
from services.kit.lanes.entry import State
from services.kit.lanes.outcome import (
    Accepted,
    Conflict,
    NeedsConfirmation,
    Posted,
    Rejected,
    Unavailable,
    Unknown,
)
from services.kit.lanes.worker import Worker
from services.kit.store import Store, Work
from tests.component.kit.lanes.conftest import ERP, Told, ask, hurry, offer
from tests.component.kit.lanes.memory import FAST, MemoryErp

BOSS = Act("anna", "checked with the plant")


async def states(store: Store) -> dict[str, str]:
    return dict(await ask(store, "SELECT reference, state FROM lane_entry"))


async def id_of(work: Work, reference: str) -> int:
    [(id,)] = await work.sql("SELECT id FROM lane_entry WHERE reference = %s", (reference,))
    return int(id)


async def test_posts_in_order_and_tells(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    await offer(store, "a", "b", "c")
    assert [await worker.step() for _ in range(4)] == [1, 1, 1, 0]
    assert erp.journal == [("order-1", "a"), ("order-1", "b"), ("order-1", "c")]
    documents = [(entry.reference, entry.document) for entry in told.entries]
    assert documents == [("a", "D1"), ("b", "D2"), ("c", "D3")]


async def test_heads_of_many_keys_go_together(store: Store, worker: Worker) -> None:
    for key in "klm":
        await offer(store, f"{key}1", f"{key}2", key=key)
    assert [await worker.step(), await worker.step()] == [3, 3]


async def test_words_that_no_row_can_keep_stop_nobody(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "bad", key="k")
    await offer(store, "good", key="m")
    erp.script["bad"] = [Rejected("account \0closed \ud800", field="account")]
    assert await worker.step() == 2
    assert await states(store) == {"bad": "refused", "good": "posted"}
    [(reason,)] = await ask(store, "SELECT reason FROM lane_entry WHERE reference = 'bad'")
    assert reason == "account \N{REPLACEMENT CHARACTER}closed \N{REPLACEMENT CHARACTER}"
    erp.down = Unavailable("away \0")
    await offer(store, "later", key="n")
    await worker.step()
    assert await ask(store, "SELECT failures FROM lane_pace") == [(1,)]


async def test_refusal_parks_its_key_alone(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    await offer(store, "bad", "behind", key="k")
    await offer(store, "good", key="m")
    erp.script["bad"] = [Rejected("account closed", field="account", code="closed")]
    await worker.step()
    assert await worker.step() == 0
    assert await states(store) == {"bad": "refused", "behind": "ready", "good": "posted"}
    [refused] = [entry for entry in told.entries if entry.state is State.REFUSED]
    assert (refused.reason, refused.field, refused.code) == ("account closed", "account", "closed")


async def test_document_that_is_there_is_not_posted_again(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    await offer(store, "a")
    erp.documents["a"] = ["D7"]
    await worker.step()
    assert erp.created == []
    assert told.entries[0].document == "D7"


async def test_lost_answer_is_left_alone_until_its_deadline(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a")
    erp.script["a"] = [Unknown("connection reset")]
    await worker.step()
    asked = erp.asked
    assert await worker.step() == 0
    assert (await states(store), erp.asked) == ({"a": "sending"}, asked)
    [(wait,)] = await ask(
        store, "SELECT extract(epoch FROM due_at - clock_timestamp()) FROM lane_entry"
    )
    assert worker.terms.lease < wait < worker.terms.lease + FAST.longest_request_seconds


async def test_lost_answer_is_found_after_its_deadline(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    await offer(store, "a")
    erp.script["a"] = [Unknown("connection reset")]
    await worker.step()
    erp.book(erp.created[0])
    await hurry(store)
    await worker.step()
    assert len(erp.created) == 1
    assert [entry.document for entry in told.entries] == ["D1"]


async def test_answers_lost_for_ever_ask_for_a_person(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    worker.terms = replace(worker.terms, patience=2)
    await offer(store, "a")
    erp.script["a"] = [Unknown("reset"), Unknown("reset")]
    for _ in range(2):
        await hurry(store)
        await worker.step()
    assert (told.entries[0].state, told.entries[0].code) == (State.REFUSED, "no_answer")


async def test_adapter_that_fails_has_told_nothing(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a")
    erp.breaks = True
    await worker.step()
    assert await states(store) == {"a": "sending"}


async def test_outage_gives_back_what_was_not_sent(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    for key in "klm":
        await offer(store, key, key=key)
    erp.script["k"] = [Unavailable("503")]
    await worker.step()
    assert await states(store) == dict.fromkeys("klm", "ready")
    assert len(erp.created) == 1


async def test_stale_version_is_read_again(store: Store, worker: Worker, erp: MemoryErp) -> None:
    await offer(store, "a", key="k")
    erp.versions["k"] = "2"
    erp.script["a"] = [Conflict("1 is old")]
    await worker.step()
    assert await states(store) == {"a": "posted"}
    assert len(erp.created) == 2


async def test_version_that_never_holds_still_is_tried_later(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a")
    erp.script["a"] = [Conflict() for _ in range(worker.terms.tries)]
    await worker.step()
    assert await states(store) == {"a": "ready"}
    assert await worker.step() == 0
    await hurry(store)
    await worker.step()
    assert await states(store) == {"a": "posted"}


async def test_warning_waits_for_a_person(store: Store, worker: Worker, erp: MemoryErp) -> None:
    await offer(store, "a", "b")
    erp.script["a"] = [NeedsConfirmation("over tolerance", "tolerance")]
    await worker.step()
    assert await states(store) == {"a": "needs_confirmation", "b": "ready"}
    async with store.work() as work:
        await replay(work, (await id_of(work, "a")), BOSS)
    await worker.step()
    assert erp.created[-1].confirmed == ("tolerance",)
    assert (await states(store))["a"] == "posted"


async def test_policy_confirms_a_warning_at_once(store: Store, erp: MemoryErp, told: Told) -> None:
    lenient = replace(ERP, settings={"confirm_warnings": ["tolerance"]})
    worker = Worker(store, lenient, erp, told)
    await offer(store, "a")
    erp.script["a"] = [NeedsConfirmation("over tolerance", "tolerance")]
    await worker.step()
    assert [entry.confirmed for entry in erp.created] == [(), ("tolerance",)]
    assert await states(store) == {"a": "posted"}
    await worker.close()


async def test_asynchronous_result_is_polled(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    await offer(store, "a", "b")
    erp.script["a"] = [Accepted("T1")]
    erp.tokens["T1"] = [Accepted("T1"), Unknown("reset"), Unavailable("503"), Posted("D9")]
    await worker.step()
    assert await worker.step() == 0
    for _ in range(4):
        assert await states(store) == {"a": "awaiting", "b": "ready"}
        await hurry(store)
        await worker.step()
    assert told.entries[0].document == "D9"
    assert len(erp.created) == 1


async def test_answer_without_the_reference_is_no_answer(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a")
    erp.silent_about = {"a"}
    await worker.step()
    assert erp.created == []
    assert await states(store) == {"a": "ready"}


async def test_takeover_is_swept_and_two_documents_are_shown(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a")
    erp.script["a"] = [Unknown("reset")]
    await worker.step()
    await hurry(store)
    await worker.step()
    erp.book(erp.created[0])
    await hurry(store)
    worker.sweep_every = 0
    await worker.step()
    async with store.work() as work:
        story = await show_entry(work, await id_of(work, "a"))
    assert [(doubt.kind, doubt.documents) for doubt in story.doubts] == [
        ("two_documents", ("D1", "D2"))
    ]


async def test_fenced_result_changes_nothing_and_is_looked_at(
    store: Store, worker: Worker, erp: MemoryErp, told: Told
) -> None:
    await offer(store, "a")
    erp.during_create = lambda: ask(store, "UPDATE lane_entry SET attempt = attempt + 1")
    await worker.step()
    assert told.entries == []
    [(state, due)] = await ask(store, "SELECT state, sweep_at IS NOT NULL FROM lane_entry")
    assert (state, due) == ("sending", True)


async def test_as_many_requests_at_a_time_as_the_system_bears(
    store: Store, erp: MemoryErp, told: Told
) -> None:
    for n in range(12):
        await offer(store, f"a{n}", key=f"k{n}")
    erp.capabilities = replace(FAST, parallel=4, batch=False)
    under_way = 0
    seen: set[int] = set()

    async def during() -> None:
        nonlocal under_way
        under_way += 1
        seen.add(under_way)
        await asyncio.sleep(0.01)
        under_way -= 1

    erp.during_create = during
    worker = Worker(store, ERP, erp, told)
    assert await worker.step() == 12
    assert max(seen) == 4
    assert len(told.entries) == 12
    await worker.close()


async def test_no_transaction_is_open_during_a_call(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a")
    async with store.work():
        with pytest.raises(RuntimeError, match="open transaction"):
            await worker.step()
    assert erp.asked == 0
