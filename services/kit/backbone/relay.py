"""The relay: carries committed events from the outbox into the streams, in order, none left out."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.kit.backbone.broker import forbids_eviction, plain
from services.kit.backbone.identity import recognise
from services.kit.backbone.judge import Judge, StoppedError
from services.kit.backbone.link import Link
from services.kit.backbone.outbox import Outbox
from services.kit.backbone.place import Placer, prepare_heads
from services.kit.backbone.publish import Publisher
from services.kit.backbone.shift import Shift
from services.kit.backbone.signal import Observer, Signal, log_signal
from services.kit.backbone.topic import Topic
from services.kit.backbone.trim import LEAST_KEPT, Trimmer, register
from services.kit.store import CONNECTION_LOST, RETRIED, Store


@dataclass(frozen=True, slots=True)
class RelayOptions:
    """Times in seconds; `subscribers` are expected to report before anything is trimmed."""

    batch: int = 500
    idle: float = 0.05
    compare: float = 0.5
    look_again: float = 5.0
    trim: float = 10.0
    patience: float = 5.0
    keep: timedelta = LEAST_KEPT
    subscribers: tuple[str, ...] = ()
    observer: Observer = log_signal


_DEFAULTS = RelayOptions()


class Relay:
    """One at work per service; a second one costs work and breaks nothing."""

    placer: ClassVar[type[Placer]] = Placer
    publisher: ClassVar[type[Publisher]] = Publisher
    judge: ClassVar[type[Judge]] = Judge
    trimmer: ClassVar[type[Trimmer]] = Trimmer

    def __init__(
        self, store: Store, redis: Redis, topic: Topic, options: RelayOptions = _DEFAULTS
    ) -> None:
        self.topic = topic
        self.options = options
        self._link = Link(store)
        self._redis = plain(redis)
        self._placer = self.placer(self._link, options.batch)
        judge = self.judge(self._link, self._redis, topic, options.observer)
        self._publisher = self.publisher(self._link, self._redis, topic, judge, options.batch)
        self._trimmer = self.trimmer(self._link, self._redis, topic, options.observer, options.keep)
        self._shift = Shift(self._link, options.patience)
        self._known = 0
        self._broker_fits = False
        self._surveyed = False
        self._stopped: dict[int, float] = {}
        self._trimmed = time.monotonic()
        self._wake = asyncio.Event()
        self._outbox = store.bound.get(Outbox)
        if isinstance(self._outbox, Outbox):
            self._outbox.listeners.add(self._wake.set)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what fails is tried again, what must not go on alerts."""
        try:
            while not stop.is_set():
                pause = await self.turn()
                if pause:
                    await self._rest(pause)
        finally:
            await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        if isinstance(self._outbox, Outbox):
            self._outbox.listeners.discard(self._wake.set)
        await self._link.drop()
        await self._redis.aclose()

    async def turn(self) -> float:
        """Everything that is to do now; the seconds to rest before the next turn."""
        try:
            await self._get_ready()
            if not await self._shift.begins():
                return min(self.options.patience / 4, 0.5)
            moved = await self._carry()
            await self._trim()
        except RETRIED:
            self._tell(Signal.DATABASE_RETRIED)
            return 0.02
        except CONNECTION_LOST:
            self._tell(Signal.DATABASE_LOST)
            await self._link.drop()
            return 0.2
        except RedisError as error:
            self._tell(Signal.BROKER_DOWN, error=str(error))
            self._publisher.tails.clear()
            self._broker_fits = False
            return 0.1
        return 0 if moved else self.options.idle

    async def _get_ready(self) -> None:
        connection = await self._link.connection()
        if self._known == self._link.opened:
            return
        # A new connection may lead to a restored database: nothing is placed before we know.
        self._publisher.tails.clear()
        await prepare_heads(connection, self.topic.partitions)
        if await self.recognise():
            self._tell(Signal.NEW_INCARNATION)
        for name in self.options.subscribers:
            await register(self._link, self.topic, name)
        self._known = self._link.opened
        self._surveyed = False

    async def recognise(self) -> bool:
        """Whether the database is another one than at the last look; its incarnation is raised."""
        return await recognise(await self._link.connection())

    async def _carry(self) -> int:
        await self._survey()
        moved = await self._place()
        if await self._check_broker():
            for partition in range(self.topic.partitions):
                moved += await self._publish(partition)
            await self._publisher.note_sent()
        return moved

    async def _survey(self) -> None:
        # A restored database knows old cursors: what subscribers really saw is in the broker.
        if not self._surveyed:
            for partition in range(self.topic.partitions):
                await self._trimmer.copy_reports(partition)
            self._surveyed = True

    async def _place(self) -> int:
        waiting = await self._placer.waiting()
        for partition, beyond in waiting.items():
            if beyond:
                self._block(partition, beyond)
        placed = await self._placer.place([part for part, beyond in waiting.items() if not beyond])
        for partition, count in placed.items():
            self._publisher.expect(partition)
            self._tell(Signal.PLACED, count, partition=partition)
        return sum(placed.values())

    def _block(self, partition: int, beyond: str) -> None:
        if time.monotonic() >= self._stopped.get(partition, 0):
            self._stopped[partition] = time.monotonic() + self.options.look_again
            self._tell(Signal.CURSOR_BEYOND_HEAD, partition=partition, cursor=beyond)

    async def _publish(self, partition: int) -> int:
        stopped = time.monotonic() < self._stopped.get(partition, 0)
        if stopped or self._publisher.rests(partition, compare_every=self.options.compare):
            return 0
        try:
            return await self._publisher.publish(partition)
        except StoppedError:
            self._publisher.tails.pop(partition, None)
            self._stopped[partition] = time.monotonic() + self.options.look_again
        except ResponseError as error:
            # Out of memory, say: the rows wait, other partitions may fit.
            self._tell(Signal.BROKER_REFUSED, partition=partition, error=str(error))
        return 0

    async def _check_broker(self) -> bool:
        if not self._broker_fits:
            self._broker_fits = await forbids_eviction(self._redis)
            if not self._broker_fits:
                self._tell(Signal.EVICTION_ALLOWED)
        return self._broker_fits

    async def _trim(self) -> None:
        if time.monotonic() - self._trimmed >= self.options.trim:
            self._trimmed = time.monotonic()
            await self._trimmer.trim()

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    def _tell(self, signal: Signal, amount: int = 1, **facts: object) -> None:
        self.options.observer(signal, amount, topic=self.topic.name, **facts)
