"""Carries one system's lanes: claim, send, write the result, sweep; as many replicas as you like.

Source: architecture.md 5, lanes (a) to (d). This is the only retry layer toward the system.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import psycopg
from sqlalchemy.exc import DBAPIError

from services.kit import log
from services.kit.checkpoint import reach
from services.kit.errors import UnavailableError
from services.kit.lanes.entry import Entry, State
from services.kit.lanes.outcome import Outside
from services.kit.lanes.pacing import Allowance, Experience, Pace
from services.kit.lanes.queue import TWO_DOCUMENTS, Connection, Queue, Verdict
from services.kit.lanes.sending import Batch
from services.kit.lanes.sweep import Sweep
from services.kit.lanes.systems import System
from services.kit.lanes.terms import Notice, Terms, metered
from services.kit.signals import span
from services.kit.store import Store, Work

_log = log.logger(__name__)

Announce = Callable[[Work, Sequence[Entry]], None]
"""Told within the transaction which entries were settled (posted, refused, needs_confirmation):
the service emits its events there."""

DATABASE_TROUBLE = (psycopg.Error, DBAPIError, UnavailableError)
_IDLE = 0.02
_LONGEST_IDLE = 0.25
_WRITES = 3
_SETTLED = {State.POSTED, State.REFUSED, State.NEEDS_CONFIRMATION}


class Worker:
    """One loop over the lanes of `system`. Stop it between batches by its event."""

    batch: type[Batch] = Batch
    queue_type: type[Queue] = Queue
    sweep_every = 1.0

    def __init__(
        self,
        store: Store,
        system: System,
        outside: Outside,
        announce: Announce,
        notice: Notice | None = None,
    ) -> None:
        self.store = store
        self.outside = outside
        self.terms = Terms.of(system, outside.capabilities)
        self.queue = self.queue_type(
            system.id,
            lease=self.terms.lease,
            longest=outside.capabilities.longest_request_seconds,
        )
        self.pace = Pace(system.id, probe_seconds=self.terms.lease)
        self.notice = notice or metered(system.id)
        self._announce = announce
        self._sweep = Sweep(store, self.queue, self.pace, outside, self.notice)
        self._swept_at = 0.0
        self._idle = True
        self._connection: Connection | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until stopped; a lost database is waited for, what was in hand is found again."""
        idle = _IDLE
        while not stop.is_set():
            try:
                did = await self.step()
            except DATABASE_TROUBLE as error:
                self.notice("database_trouble", 1)
                _log.warning("lane lost its database", system=self.queue.system, error=str(error))
                await self.close()
                did = 0
            idle = _IDLE if did else min(idle * 1.5, _LONGEST_IDLE)
            if not did:
                await wait(stop, idle)
        await self.close()

    async def step(self) -> int:
        """One batch; how many entries were in hand."""
        connection = await self._connected()
        await self._sweep_in_time(connection)
        if self._idle and not await self.queue.any_due(connection):
            return 0
        allowance = await self.pace.take(connection, self._cost(self.terms.batch))
        if not allowance.requests:
            return 0
        batch = await self.claim(connection, self._entries(allowance.requests))
        if batch.entries:
            await batch.send()
            reach("lane.before_result")
            await self._record(batch.verdicts)
        await self.pace.settle(connection, allowance, _experience(batch, allowance))
        self._idle = not batch.entries
        return len(batch.entries)

    async def claim(self, connection: Connection, limit: int) -> Batch:
        """Heads for this attempt, with a deadline that is never later than the database's."""
        before = time.monotonic()
        entries = await self.queue.claim(connection, limit)
        taken = sum(entry.state is State.SENDING for entry in entries)
        self.notice("taken_over", taken)
        until = before + self.terms.lease
        return self.batch(self.outside, self.terms, entries, until, self.notice)

    async def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _record(self, verdicts: Sequence[Verdict]) -> None:
        """Finish, again if the connection breaks: the compare-and-set makes a repeat harmless."""
        for _ in range(_WRITES - 1):
            try:
                return await self._finish(verdicts)
            except DATABASE_TROUBLE:
                self.notice("result_repeated", 1)
                await asyncio.sleep(_IDLE)
        return await self._finish(verdicts)

    async def _finish(self, verdicts: Sequence[Verdict]) -> None:
        """Results and events in one transaction; where we were taken over, have it looked at."""
        posts = [verdict.entry.traceparent for verdict in verdicts]
        about = {"system": self.queue.system}
        with span("plantmesh.lane.settle", links=posts, attributes=about):
            settled = await self._write(verdicts)
        for state in _SETTLED:
            self.notice(state, sum(entry.state is state for entry in settled))

    async def _write(self, verdicts: Sequence[Verdict]) -> list[Entry]:
        async with self.store.work() as work:
            ours = await self.queue.finish(work, verdicts)
            settled = [v.applied for v in verdicts if v.entry.id in ours and v.state in _SETTLED]
            if settled:
                self._announce(work, settled)
            fenced = [v.entry.id for v in verdicts if v.entry.id not in ours and v.sent]
            doubled = [v.entry.id for v in verdicts if v.code == TWO_DOCUMENTS]
            if fenced or doubled:
                self.notice("fenced", len(fenced))
                await self.queue.sweep_soon(work, fenced + doubled)
        return settled

    async def _sweep_in_time(self, connection: Connection) -> None:
        if time.monotonic() - self._swept_at >= self.sweep_every:
            self._swept_at = time.monotonic()
            await self._sweep.run(connection)

    async def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = await self.store.raw()
        return self._connection

    def _cost(self, entries: int) -> int:
        can = self.outside.capabilities
        return entries * can.requests_per_post + (1 if can.batch else entries)

    def _entries(self, requests: int) -> int:
        can = self.outside.capabilities
        if can.batch:
            return max((requests - 1) // can.requests_per_post, 1)
        return max(requests // (1 + can.requests_per_post), 1)


def _experience(batch: Batch, allowance: Allowance) -> Experience:
    trouble = batch.unavailable
    lost = [v.reason for v in batch.verdicts if v.code in ("answer_lost", "no_answer")]
    failure = trouble.reason if trouble else lost[0] if lost and not batch.answered else ""
    return Experience(
        unused=allowance.requests - batch.requests,
        answered=batch.answered > 0 and not failure,
        failure=failure,
        throttled=bool(trouble and trouble.throttled),
        retry_after=trouble.retry_after if trouble else 0.0,
    )


async def wait(stop: asyncio.Event, seconds: float) -> None:
    """Until stopped, or for `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
