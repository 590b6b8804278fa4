"""What the lane makes of every outcome, and that nothing but the lane decides."""

from collections.abc import Sequence

import pytest

from services.kit.lanes.accept import accept
from services.kit.lanes.entry import Entry
from services.kit.lanes.worker import Worker
from services.kit.store import Store, Work
from tests.component.kit.lanes.conftest import ERP
from tests.component.kit.lanes.memory import MemoryErp


async def offer(store: Store, *references: str, key: str = "order-1") -> None:
    async with store.work() as work:
        for reference in references:
            accept(work, ERP.id, key, reference, "confirmation", b"{}")


class Told:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def __call__(self, work: Work, entries: Sequence[Entry]) -> None:
        self.entries += entries


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def erp() -> MemoryErp:
    return MemoryErp()


@pytest.fixture
def worker(store: Store, erp: MemoryErp, told: Told) -> Worker:
    return Worker(store, ERP, erp, told)


async def test_posts_in_order(store: Store, worker: Worker, erp: MemoryErp, told: Told) -> None:
    await offer(store, "a", "b", "c")
    for _ in range(3):
        assert await worker.step() == 1
    assert await worker.step() == 0
    assert erp.journal == [("order-1", "a"), ("order-1", "b"), ("order-1", "c")]
    assert [(entry.reference, entry.document) for entry in told.entries] == [
        ("a", "D1"),
        ("b", "D2"),
        ("c", "D3"),
    ]
