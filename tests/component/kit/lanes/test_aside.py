"""Postings that are set aside: they wait, hold up nobody, and take their place when let go."""

from services.kit.lanes.accept import accept
from services.kit.lanes.aside import let_go, set_aside, under_way
from services.kit.lanes.desk import Act
from services.kit.lanes.outcome import Posted, Unknown
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.kit.lanes.conftest import ERP, ask, hurry, offer
from tests.component.kit.lanes.memory import MemoryErp

QUALITY = Act("quality", "hold H-1 is over")


async def aside(store: Store, *references: str) -> None:
    async with store.work() as work:
        await set_aside(work, {(ERP.id, name): "hold H-1" for name in references}, "quality")


async def go_on(store: Store, *references: str) -> None:
    async with store.work() as work:
        await let_go(work, [(ERP.id, name) for name in references], QUALITY)


async def busy(store: Store, *references: str) -> list[str]:
    async with store.work() as work:
        return await under_way(work, [(ERP.id, name) for name in references])


async def drain(worker: Worker) -> None:
    while await worker.step():
        pass


def sent(erp: MemoryErp) -> list[str]:
    return [reference for _, reference in erp.journal]


async def test_what_is_aside_waits_and_holds_nothing_up(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a", "b", "c")
    await aside(store, "a", "b")
    await drain(worker)
    assert sent(erp) == ["c"]
    assert await ask(store, "SELECT state, aside FROM lane_entry WHERE reference = 'a'") == [
        ("ready", "hold H-1")
    ]


async def test_it_takes_its_place_when_it_is_let_go(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    await offer(store, "a", "b", "c")
    await aside(store, "a", "b")
    await go_on(store, "b", "a")
    await offer(store, "d")
    await drain(worker)
    assert sent(erp) == ["c", "a", "b", "d"]
    assert await ask(
        store, "SELECT who, action, old, new, reason FROM lane_audit WHERE entry_id = 1 ORDER BY id"
    ) == [
        ("quality", "set_aside", {"position": 1}, {}, "hold H-1"),
        ("quality", "let_go", {"position": 1}, {"position": 4}, "hold H-1 is over"),
    ]


async def test_what_is_accepted_aside_waits_from_the_beginning(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    async with store.work() as work:
        accept(work, ERP.id, "order-1", "a", "yield", b"{}", aside="hold H-1")
    await offer(store, "b")
    await drain(worker)
    assert sent(erp) == ["b"]
    await go_on(store, "a")
    await drain(worker)
    assert sent(erp) == ["b", "a"]


async def test_a_lost_answer_is_looked_for_and_not_sent_again(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    erp.script["a"] = [Unknown("cut")]
    await offer(store, "a", "b")
    await worker.step()
    assert await busy(store, "a", "b") == ["a"]
    await aside(store, "a")
    await hurry(store)
    await drain(worker)
    assert [entry.reference for entry in erp.created] == ["a", "b"]
    assert await busy(store, "a") == []
    await go_on(store, "a")
    await hurry(store)
    await drain(worker)
    assert sent(erp) == ["b", "a"]


async def test_what_arrived_before_it_was_set_aside_is_found(
    store: Store, worker: Worker, erp: MemoryErp
) -> None:
    erp.script["a"] = [Unknown("cut")]
    await offer(store, "a")
    await worker.step()
    await aside(store, "a")
    erp.book(erp.created[0])
    await hurry(store)
    await drain(worker)
    assert await ask(store, "SELECT state, document FROM lane_entry") == [("posted", "D1")]
    assert sent(erp) == ["a"]


async def test_what_is_settled_stays_so(store: Store, worker: Worker, erp: MemoryErp) -> None:
    erp.script["a"] = [Posted("D9")]
    await offer(store, "a")
    await drain(worker)
    await aside(store, "a")
    await go_on(store, "a")
    assert await ask(store, "SELECT state, position, aside FROM lane_entry") == [("posted", 1, "")]
