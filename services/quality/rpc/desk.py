"""What the servicers share: the store, and one way to read and one to change."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.kit import commands
from services.kit.access.principal import Principal
from services.kit.clock import Clock
from services.kit.store import Store
from services.quality import wire
from services.quality.application.open_inspections import unknown_items
from services.quality.application.snapshot import read_state
from services.quality.domain.submission import Submission
from services.quality.ports import Books, MasterData
from services.quality.store import open_books

Answer = TypeVar("Answer", bound=Message)
Seen = TypeVar("Seen")


class Desk:
    """One for all servicers of a process."""

    def __init__(self, store: Store, clock: Clock, master: MasterData) -> None:
        self.books = open_books(clock)
        self._store = store
        self._master = master

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

    async def plants_of_inspections(self, nos: Sequence[str]) -> list[str | None]:
        """Where each is; None for one that does not exist."""
        found = await self.read(lambda books: books.inspections.get(nos))
        return [found[no].lot.plant if no in found else None for no in nos]

    async def plants_of_holds(self, nos: Sequence[str]) -> list[str | None]:
        """Where each is; None for one that does not exist."""
        found = await self.read(lambda books: books.holds.get(nos))
        return [found[no].order.plant if no in found else None for no in nos]

    async def learn_items(self, submissions: Sequence[Submission]) -> None:
        """Ask reference for items we have no copy of, outside of any unit of work."""
        missing = await self.read(lambda books: unknown_items(books, submissions))
        if missing:
            items = await self._master.items(missing)
            async with self._store.work():
                await self.books.items.put(items)

    async def state(self, wanted: Callable[[str], bool]) -> AsyncIterator[Iterable[Message]]:
        """What a snapshot holds, as the events that would tell it; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield [wire.write_fact(fact) for fact in part]
