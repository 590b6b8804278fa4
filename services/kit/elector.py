"""One leader at a time, judged by each one's own clock and fenced by the epoch of its term.

A leader believes in its term for `deadline` seconds from before the request that last renewed
it. A contender takes over when (epoch, beat) has stood still for `takeover` seconds since it saw
them. Deadline < takeover, so the old term is over before the next begins, whatever is lost or
late on the way. A pause between the leader's look at the clock and its write is left: the epoch
refuses that write.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from services.kit import signals
from services.kit.checkpoint import reach
from services.kit.clock import Clock, SystemClock
from services.kit.components import status
from services.kit.errors import ConflictError, UnavailableError
from services.kit.log import logger

T = TypeVar("T")

_log = logger(__name__)
_leading = signals.gauge("plantmesh.elector.leading")
_epoch = signals.gauge("plantmesh.elector.epoch")
_changes = signals.counter("plantmesh.elector.changes")


class Seen(NamedTuple):
    """What a lease shows; the beat changes at every renewal and release."""

    epoch: int
    beat: int | str
    free: bool


class Lease(Protocol):
    """A cell that contenders compare and set. Every call raises UnavailableError when it cannot."""

    @property
    def name(self) -> str:
        """What the lease is for."""
        ...

    async def read(self) -> Seen:
        """As it is now."""
        ...

    async def take(self, seen: Seen, holder: str, above: int = 0) -> int | None:
        """Begin a term if the lease is still as `seen`; its epoch, more than `above`, or None."""
        ...

    async def renew(self, epoch: int) -> bool:
        """Beat once; False when another term has begun."""
        ...

    async def release(self, epoch: int) -> None:
        """Leave it free for the next contender."""
        ...

    async def drop(self) -> None:
        """Give up the connection: its last answer may never come."""
        ...


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. A hand-over takes one `renew`, the loss of a leader `takeover` and one `renew`."""

    renew: float = 0.5
    request: float = 1.0
    deadline: float = 3.0
    takeover: float = 4.0

    def __post_init__(self) -> None:
        """A pace that could have two leaders is refused."""
        if not 0 < self.renew < self.deadline < self.takeover:
            raise ValueError("an elector needs renew < deadline < takeover")


class Term:
    """Leadership that was won: `epoch` travels with every write it makes."""

    def __init__(self, epoch: int, until: float, clock: Clock) -> None:
        self.epoch = epoch
        self.until = until
        self._clock = clock

    @property
    def left(self) -> float:
        """Seconds for which nobody else can lead if nothing is renewed; negative when over."""
        return self.until - self._clock.monotonic()

    def check(self) -> None:
        """Raises ConflictError when the term is over."""
        if self.left <= 0:
            raise superseded(self.epoch)


def superseded(epoch: int) -> ConflictError:
    """The refusal of what an old leader still wants to do."""
    return ConflictError(
        f"the term of epoch {epoch} is over", code="superseded", hint="another instance leads now"
    )


class Elector:
    """Runs `work` while this instance leads; cancels it when the term ends.

    `floor` is asked before a term begins: the highest epoch that those who refuse a lower one have
    seen. A lease that was lost and made anew, or is another than before, goes on above it.
    """

    def __init__(
        self,
        lease: Lease,
        holder: str,
        work: Callable[[Term], Awaitable[None]],
        *,
        floor: Callable[[], Coroutine[Any, Any, int]] | None = None,
        pace: Pace | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._lease = lease
        self._holder = holder
        self._work = work
        self._floor = floor
        self._pace = pace or Pace()
        self._clock = clock or SystemClock()
        self._term: Term | None = None

    @property
    def leading(self) -> bool:
        """Whether this instance leads at this moment, by its own clock."""
        return self._term is not None and self._term.left > 0

    @property
    def epoch(self) -> int:
        """Of the term under way; 0 without one."""
        return self._term.epoch if self._term else 0

    async def run(self, stop: asyncio.Event) -> None:
        """Contend and lead until `stop`, or until `work` ends; then hand over at once."""
        ended = False
        # Who waits says so: without a series nobody could tell that no replica leads.
        _leading.set(0, {"lease": self._lease.name})
        try:
            while not (ended or stop.is_set()):
                if term := await self._campaign(stop):
                    ended = await self._lead(term, stop)
        finally:
            await self._lease.drop()

    async def _campaign(self, stop: asyncio.Event) -> Term | None:
        seen, since = None, 0.0
        while not stop.is_set():
            try:
                now = await self._ask(self._lease.read())
                before = self._clock.monotonic()
                if now != seen:
                    seen, since = now, before
                if now.free or before - since >= self._pace.takeover:
                    above = await self._ask(self._floor()) if self._floor else 0
                    epoch = await self._ask(self._lease.take(now, self._holder, above))
                    if epoch is not None:
                        return Term(epoch, before + self._pace.deadline, self._clock)
                status().idle()
            except UnavailableError as error:
                await self._unreachable(error)
            await _pause(self._pace.renew, stop)
        return None

    async def _lead(self, term: Term, stop: asyncio.Event) -> bool:
        """Work until the term is over; True when the work itself ended."""
        self._begin(term)
        work = asyncio.ensure_future(self._work(term))
        reason = "cancelled"
        try:
            reason = await self._keep(term, work, stop)
        finally:
            work.cancel()
            await asyncio.wait({work})
            self._end(reason)
        if reason in ("stopped", "finished"):
            await self._release(term)
        return _outcome(work) and reason == "finished"

    async def _keep(self, term: Term, work: asyncio.Future[None], stop: asyncio.Event) -> str:
        """Renew in time; the reason why the term ends. One slow or lost answer is no reason."""
        while True:
            await _pause(min(self._pace.renew, term.left), stop, work)
            if stop.is_set():
                return "stopped"
            if work.done():
                return "finished"
            reach("elector.before_renew")
            before = self._clock.monotonic()
            if term.left <= 0:
                return "deadline"
            try:
                if not await self._ask(self._lease.renew(term.epoch), within=term.left):
                    return "superseded"
            except UnavailableError as error:
                await self._unreachable(error)
            else:
                term.until = before + self._pace.deadline
                status().active()

    async def _release(self, term: Term) -> None:
        try:
            await self._ask(self._lease.release(term.epoch))
        except UnavailableError as error:
            _log.warning("lease not released", lease=self._lease.name, error=str(error))

    async def _ask(self, request: Coroutine[Any, Any, T], within: float = math.inf) -> T:
        """The answer in time, else UnavailableError; a request that hangs is left behind.

        A timeout around the call would not do: psycopg answers a cancellation by asking the
        server to cancel and waiting for it, which on a dead connection outlasts the deadline.
        """
        task = asyncio.ensure_future(request)
        done, _ = await asyncio.wait({task}, timeout=min(self._pace.request, within))
        if done:
            return task.result()
        task.add_done_callback(lambda late: late.cancelled() or late.exception())
        task.cancel()
        raise UnavailableError("no answer in time")

    async def _unreachable(self, error: UnavailableError) -> None:
        status().degraded(f"the lease {self._lease.name} cannot be reached: {error}")
        await self._lease.drop()

    def _begin(self, term: Term) -> None:
        self._term = term
        status().active()
        _leading.set(1, {"lease": self._lease.name})
        _epoch.set(term.epoch, {"lease": self._lease.name})
        _changes.add(1, {"lease": self._lease.name, "reason": "won"})
        _log.info("leading", lease=self._lease.name, epoch=term.epoch)

    def _end(self, reason: str) -> None:
        epoch, self._term = self.epoch, None
        _leading.set(0, {"lease": self._lease.name})
        _changes.add(1, {"lease": self._lease.name, "reason": reason})
        _log.info("no longer leading", lease=self._lease.name, epoch=epoch, reason=reason)


def _outcome(work: asyncio.Future[None]) -> bool:
    """True when `work` returned by itself; False when its term was taken away; else it raises."""
    if work.cancelled():
        return False
    error = work.exception()
    if isinstance(error, ConflictError) and error.code == "superseded":
        return False
    if error:
        raise error
    return True


async def _pause(seconds: float, stop: asyncio.Event, *until: asyncio.Future[Any]) -> None:
    """Wait, unless `stop` is set or one of `until` is done before."""
    stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait(
            {stopped, *until}, timeout=max(seconds, 0), return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        stopped.cancel()
