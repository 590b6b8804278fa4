"""What a saga works with, and what every activation has in common."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from services.kit.access.principal import Principal, acting_as
from services.kit.checkpoint import reach
from services.kit.clock import Clock
from services.kit.errors import DomainError
from services.kit.log import logger
from services.kit.signals import follow, span
from services.kit.store import RETRIED, Store
from services.process.application.end_orders import advance
from services.process.domain.facts import Fact, Saga, Told
from services.process.domain.refusal import judge
from services.process.ports import Books, Peers, Steps
from services.process.store.flows import LOOK_AGAIN

SELF = "service:process"
_AT_ONCE = 100
_PASSING: tuple[type[Exception], ...] = (DomainError, *RETRIED)
_log = logger(__name__)


@dataclass(frozen=True)
class Desk:
    """Books, peers, and the engine's steps."""

    store: Store
    books: Books
    peers: Peers
    step: Steps
    clock: Clock
    grace: timedelta = timedelta(0)
    """How long a completed order stays open to corrections."""

    @asynccontextmanager
    async def work(self, flow: str) -> AsyncIterator[Books]:
        """A transaction that shows the sweeper that the flow goes on, its end included."""
        async with self.store.work():
            yield self.books
            await self.books.flows.progress(flow, self.clock.now() + LOOK_AGAIN)
            await advance(self.books, flow)
        reach("process.after_commit")

    async def open(self, flow: str, saga: Saga, *kinds: type[Fact]) -> list[Told]:
        """The oldest open facts, of these kinds alone if any are named."""
        async with self.store.work():
            told = list(await self.books.facts.open(flow, saga, kinds, _AT_ONCE))
            if told:
                follow(await self.books.flows.causes(flow, saga))
            return told

    async def close(self, told: Told) -> None:
        """It is carried out."""
        async with self.work(told.fact.flow) as books:
            await books.flows.lock(told.fact.flow)
            await books.facts.close([told.id])

    async def refuse(self, told: Told, error: DomainError) -> None:
        """Its track waits visibly; what may pass by itself is raised again."""
        refusal = judge(error)
        if refusal is None:
            raise error
        _log.warning("refused", flow=told.fact.flow, code=error.code, why=str(error))
        async with self.work(told.fact.flow) as books:
            await books.facts.refuse(told.id, refusal, self.clock.now())


@contextmanager
def on_behalf_of(actor: str) -> Iterator[None]:
    """Calls carry this service's own token, and whom it acts for."""
    with acting_as(Principal(SELF, on_behalf_of=actor if actor != SELF else "")):
        yield


Act = Callable[[Desk, str], Awaitable[None]]


@dataclass(frozen=True)
class Activations:
    """Runs a saga for one wake. What cannot go on now is postponed, and the sweeper comes back."""

    desk: Desk
    sagas: Mapping[Saga, Act]

    async def __call__(self, saga: Saga, flow: str) -> None:
        """Re-read what is open, act on it, end."""
        desk = self.desk
        async with desk.store.work():
            links = await desk.books.flows.causes(flow, saga)
        with span("plantmesh.process.activate", links=links, attributes={"saga": saga.value}):
            try:
                await self.sagas[saga](desk, flow)
            except _PASSING as error:
                await self._postpone(flow, str(error))

    async def _postpone(self, flow: str, trouble: str) -> None:
        _log.info("postponed", flow=flow, why=trouble)
        async with self.desk.store.work():
            await self.desk.books.flows.postpone(flow, trouble, self.desk.clock.now())
