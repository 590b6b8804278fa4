"""The consumer: reads what follows its cursors and applies it, each event once, in order."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.kit.backbone.attempt import Attempt
from services.kit.backbone.broker import plain
from services.kit.backbone.cursor import Cursors, FencedError, Lease
from services.kit.backbone.delivery import Entry
from services.kit.backbone.inbox import Inbox
from services.kit.backbone.leases import Leases
from services.kit.backbone.link import Link
from services.kit.backbone.poison import Patience
from services.kit.backbone.replay import Replay
from services.kit.backbone.signal import Observer, Signal, log_signal
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.backbone.trim import report
from services.kit.errors import UnavailableError
from services.kit.store import CONNECTION_LOST, RETRIED, Store


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """Times in seconds. `term` is how long an owner may stand still before it is replaced.

    `batch` events are applied in one transaction; up to `ahead` such batches are read at once.
    `limit` bounds one handler call, `parallel` the partitions handled at once. `instance` begins
    the name under which we own partitions, for people; no life of a process has another's name.
    """

    batch: int = 500
    ahead: int = 4
    block: float = 0.2
    term: float = 5.0
    limit: float = 30.0
    parallel: int = 4
    careful: int = 50
    look_again: float = 5.0
    replay: float = 0.25
    longest_pause: float = 5.0
    patience: Patience = field(default_factory=Patience)
    instance: str = ""
    observer: Observer = log_signal


_DEFAULTS = ConsumerOptions()


class Consumer:
    """One replica of a subscriber; partitions are shared with the others through the cursors."""

    cursors: ClassVar[type[Cursors]] = Cursors
    leases: ClassVar[type[Leases]] = Leases
    inbox: ClassVar[type[Inbox]] = Inbox
    replay: ClassVar[type[Replay]] = Replay
    attempt: ClassVar[type[Attempt]] = Attempt

    def __init__(
        self,
        store: Store,
        redis: Redis,
        subscriptions: Subscriptions,
        name: str,
        topics: Sequence[Topic],
        options: ConsumerOptions = _DEFAULTS,
    ) -> None:
        self.name = name
        self.topics = topics
        self.options = options
        self._redis = plain(redis)
        self._lease_link = Link(store)
        # Marks only count tries: losing the last ones with the server costs nothing.
        self._mark_link = Link(store, durable=False)
        self._cursors = self.cursors(name, f"{options.instance or name}-{uuid4().hex}")
        self._leases = self.leases(
            self._lease_link, self._cursors, topics, options.term, options.observer
        )
        self._inbox = self.inbox(store, self._cursors, options.observer, options.limit)
        self._replay = self.replay(self._inbox, subscriptions, self._mark_link, options.patience)
        self._attempt = self.attempt(
            cursors=self._cursors,
            inbox=self._inbox,
            subscriptions=subscriptions,
            link=self._mark_link,
            deaths=options.patience.deaths,
            batch=options.batch,
            careful=options.careful,
            look_again=options.look_again,
        )
        self._gate = asyncio.Semaphore(options.parallel)
        self._replayed = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then hand the partitions over at once."""
        heart = asyncio.create_task(self._beat(stop))
        try:
            while not stop.is_set() and not heart.done():
                await self._pass(self.turn())
            await heart
            await self._pass(self._report())
            await self._pass(self.leave())
        finally:
            heart.cancel()
            await self.close()

    @property
    def held(self) -> dict[tuple[str, int], Lease]:
        """The partitions we own now."""
        return self._leases.held

    async def tick(self) -> None:
        """Show that we live, take and give partitions, tell the owners where we stand."""
        await self._leases.tick()
        await self._report()

    async def turn(self) -> None:
        """Read once what follows the cursors and apply it; try what is parked and due."""
        ready = await self._ready()
        if ready:
            await self._handle_all(await self._read(ready))
        else:
            await asyncio.sleep(min(self.options.block, self.options.term / 4))
        await self._replay_due()

    async def leave(self) -> None:
        """Hand every partition over: the others need not wait."""
        await self._leases.leave()

    async def close(self) -> None:
        """Give the connections back; whoever wants our partitions waits a term."""
        await self._lease_link.drop()
        await self._mark_link.drop()
        await self._redis.aclose()

    async def _beat(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._pass(self.tick())
            with suppress(TimeoutError):
                async with asyncio.timeout(self.options.term / 4):
                    await stop.wait()

    async def _pass(self, work: Awaitable[None]) -> None:
        """Do it; what the servers refuse passes, and is done again next time."""
        try:
            await work
        except RedisError as error:
            self._tell(Signal.BROKER_DOWN, error=str(error))
            await asyncio.sleep(0.1)
        except RETRIED:
            self._tell(Signal.DATABASE_RETRIED)
        except CONNECTION_LOST as error:
            await self._lose_database(error)

    async def _ready(self) -> list[Lease]:
        for lease in list(self._leases.held.values()):
            if lease.leaving:
                await self._leases.hand_over(lease)
        now = time.monotonic()
        return [lease for lease in self._leases.held.values() if now >= lease.paused_until]

    async def _read(self, leases: Sequence[Lease]) -> list[tuple[Lease, list[Entry]]]:
        by_stream = {lease.stream.encode(): lease for lease in leases}
        milliseconds = int(self.options.block * 1000)
        found: list[Any] | None = await self._redis.execute_command(  # type: ignore[no-untyped-call]
            "XREAD",
            "COUNT",
            self.options.batch * self.options.ahead,
            "BLOCK",
            milliseconds,
            "STREAMS",
            *by_stream,
            *(str(lease.position) for lease in leases),
        )
        return [(by_stream[stream], entries) for stream, entries in found or ()]

    async def _handle_all(self, read: Sequence[tuple[Lease, list[Entry]]]) -> None:
        # Whoever may kill us works alone: nobody else's batch shall be suspected.
        free = [item for item in read if not item[0].careful]
        careful = [item for item in read if item[0].careful]
        await asyncio.gather(*(self._handle(*item) for item in free))
        for item in careful:
            await self._handle(*item)

    async def _handle(self, lease: Lease, entries: Sequence[Entry]) -> None:
        async with self._gate:
            await self._guard(lease, self._attempt.run(lease, entries))

    async def _replay_due(self) -> None:
        if time.monotonic() - self._replayed < self.options.replay:
            return
        self._replayed = time.monotonic()
        for lease, mark in await self._replay.due(self._leases.held):
            await self._guard(lease, self._replay.attempt(lease, mark))

    async def _guard(self, lease: Lease, work: Awaitable[None]) -> None:
        try:
            await work
            lease.failures = 0
        except FencedError:
            self._inbox.tell(Signal.FENCED, lease)
            self._leases.lose(lease)
        except RETRIED:
            self._pause(lease, Signal.DATABASE_RETRIED, None)
        except CONNECTION_LOST as error:
            await self._lose_database(error)
        except UnavailableError as error:
            if error.code == "database_unavailable":
                await self._lose_database(error)
            else:
                self._pause(lease, Signal.HELD_BACK, error.retry_after, reason=str(error))

    def _pause(self, lease: Lease, signal: Signal, seconds: float | None, **facts: object) -> None:
        lease.failures += 1
        backoff = min(0.05 * 2 ** min(lease.failures, 20), self.options.longest_pause)
        lease.paused_until = time.monotonic() + (seconds or backoff)
        self._inbox.tell(signal, lease, 1, **facts)

    async def _lose_database(self, error: Exception) -> None:
        # Whether the last commit happened is unknown: the rows tell, not what we remember.
        self._tell(Signal.DATABASE_LOST, error=str(error))
        self._leases.drop()
        await self._lease_link.drop()
        await self._mark_link.drop()
        await asyncio.sleep(0.1)

    async def _report(self) -> None:
        held = self._leases.held.values()
        cursors = {(lease.topic, lease.partition): lease.position for lease in held}
        await report(self._redis, self.name, cursors)

    def _tell(self, signal: Signal, **facts: object) -> None:
        self.options.observer(signal, 1, consumer=self.name, **facts)
