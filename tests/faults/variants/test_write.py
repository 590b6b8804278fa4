"""Variant: the outbox row is inserted before its key's sequence is taken."""

import asyncio
import secrets
from collections import Counter
from dataclasses import dataclass, field

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from services.kit.backbone.outbox import Outbox, Waiting, emit
from tests.faults.checker import check
from tests.faults.place import Place
from tests.faults.variants.owner import KEY, owner_of

pytestmark = pytest.mark.fault


@dataclass
class Ours(Waiting):
    """As it is; it dawdles when its first statement is done."""

    half_way: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def lock(self, counts: Counter[str]) -> dict[str, int]:
        """Take the sequences, then dawdle with the keys locked."""
        taken = await super().lock(counts)
        await self.dawdle()
        return taken

    async def dawdle(self) -> None:
        """Let another transaction overtake, if it can."""
        self.half_way.set()
        await self.go_on.wait()


@dataclass
class InsertFirst(Ours):
    """The variant: insert, and number afterwards."""

    async def lock(self, counts: Counter[str]) -> dict[str, int]:
        """Stand-ins, replaced after the insert."""
        return {key: -1 - secrets.randbelow(10**12) for key in counts}

    async def flush(self) -> None:
        """Insert, dawdle, then take the sequence of the one event."""
        [key], [id] = self.keys, self.columns[0]
        await super().flush()
        await self.work._flush_last()
        await self.dawdle()
        taken = await Waiting.lock(self, Counter([key]))
        await self.work.sql(
            "UPDATE outbox SET sequence = %s WHERE event_id = %s", (taken[key] + 1, id)
        )


@pytest.mark.parametrize(("kind", "in_order"), [(Ours, True), (InsertFirst, False)])
async def test_later_sequences_get_later_positions(
    place: Place, kind: type[Ours], in_order: bool
) -> None:
    started: asyncio.Future[Ours] = asyncio.get_running_loop().create_future()

    async with owner_of(place) as owner:

        async def slow() -> None:
            async with owner.store.work() as work:
                waiting = work.parts[Waiting] = kind(work, owner.store.bound[Outbox])
                started.set_result(waiting)
                emit(work, KEY, StringValue(value="plain.slow"))

        async def quick() -> None:
            async with owner.store.work() as work:
                waiting = work.parts[Waiting] = kind(work, owner.store.bound[Outbox])
                waiting.go_on.set()
                emit(work, KEY, StringValue(value="plain.quick"))

        async with asyncio.TaskGroup() as both:
            both.create_task(slow())
            waiting = await started
            await waiting.half_way.wait()
            overtaking = both.create_task(quick())
            await asyncio.wait([overtaking], timeout=0.3 if in_order else 60)
            waiting.go_on.set()
        await owner.place()
        verdict = check(owner.books.accepted(), owner.placed())
    assert (verdict.disorder == 0) is in_order
