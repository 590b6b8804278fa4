"""The rules of a lane, each as the obvious variant would have it; every one of them must lose.

Source: the brackets of architecture.md 5, lanes.
"""

from services.kit.lanes.entry import COLUMNS, Entry, read_entry
from services.kit.lanes.outcome import Posted
from services.kit.lanes.queue import Verdict
from services.kit.lanes.sending import Batch
from services.kit.lanes.worker import Worker


class ImpatientBatch(Batch):
    """Asks at once after a lost answer, while the system is still working on the request."""

    async def lost(self, entry: Entry, why: str) -> Verdict:
        """Find, and post again where nothing is found."""
        found = await self.find(entry)
        if found and found.documents:
            return await self.judge(entry, Posted(found.documents[0]))
        return await self.judge(entry, await self.request(self.outside.create, entry, None))


class Impatient(Worker):
    """Finds at once after a lost answer."""

    batch = ImpatientBatch


class HastyBatch(Batch):
    """Looked at the clock when it claimed, not between find and create."""

    def may_send(self) -> bool:
        """It was in time once."""
        return True


class Hasty(Worker):
    """Checks the clock too early to matter."""

    batch = HastyBatch


class Holding(Worker):
    """Holds the row's lock, and so a transaction, across the post."""

    async def step(self) -> int:
        """Lock, find, create, write, commit."""
        async with self.store.work() as work:
            rows = await work.sql(
                f"SELECT {COLUMNS} FROM lane_entry e WHERE e.state = 'ready' AND NOT EXISTS"
                " (SELECT 1 FROM lane_entry l WHERE l.key = e.key AND l.position < e.position"
                " AND l.state <> 'posted') ORDER BY e.id LIMIT 1 FOR UPDATE SKIP LOCKED"
            )
            for entry in map(read_entry, rows):
                found = await self.outside.find([entry])
                if isinstance(found, dict) and not found[entry.reference].documents:
                    await self.outside.create(entry, None)
                await work.sql("UPDATE lane_entry SET state = 'posted' WHERE id = %s", (entry.id,))
            return len(rows)
