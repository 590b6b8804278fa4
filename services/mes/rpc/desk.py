"""What the servicers share."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from services.kit import commands
from services.kit.access.principal import Principal
from services.kit.clock import Clock
from services.kit.store import Store
from services.mes import wire
from services.mes.application.snapshot import read_state
from services.mes.domain.keys import OrderKey
from services.mes.ports import Books
from services.mes.store import open_books

Answer = TypeVar("Answer", bound=Message)
Seen = TypeVar("Seen")
Context = ServicerContext[Any, Any]
Learn = Callable[[Mapping[str, str]], Awaitable[None]]
"""Makes items known here before the unit of work, by the field that names each."""


class Desk:
    """The store, and one way to read and one to change."""

    def __init__(self, store: Store, clock: Clock, learn: Learn) -> None:
        self.books = open_books(clock)
        self.learn = learn
        self._store = store

    async def once(
        self,
        principal: Principal,
        request: Any,
        effect: Callable[[Books], Awaitable[Answer]],
    ) -> Answer:
        """Change something, once for each idempotency key."""
        method, key = request.DESCRIPTOR.full_name, request.idempotency_key
        return await commands.once(
            self._store, principal, method, key, request, lambda: effect(self.books)
        )

    async def read(self, look: Callable[[Books], Awaitable[Seen]]) -> Seen:
        """Look at the books as they are now."""
        async with self._store.work():
            return await look(self.books)

    async def state(self, wanted: Callable[[OrderKey], bool]) -> AsyncIterator[Iterable[Message]]:
        """What a snapshot holds, as the events that would tell it; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield [wire.write_fact(fact) for fact in part]
