"""Who keeps a service's books for its servicers: one way to read, one way to change."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message

from services.kit import commands
from services.kit.access.principal import Principal
from services.kit.store import Store

Answer = TypeVar("Answer", bound=Message)
Books = TypeVar("Books")
Seen = TypeVar("Seen")
Learn = Callable[[Mapping[Any, str]], Awaitable[None]]
"""Makes what a command names known here before the unit of work, by the field that names it."""


class Clerk(Generic[Books]):
    """One for all servicers of a process; `books` are used inside a unit of work."""

    def __init__(self, store: Store, books: Books, learn: Learn) -> None:
        self.books = books
        self.learn = learn
        self._store = store

    async def once(
        self,
        principal: Principal,
        request: Any,
        effect: Callable[[Books], Awaitable[Answer]],
    ) -> Answer:
        """Change something, once for each idempotency key of the request."""
        method, key = request.DESCRIPTOR.full_name, request.idempotency_key
        return await commands.once(
            self._store, principal, method, key, request, lambda: effect(self.books)
        )

    async def read(self, look: Callable[[Books], Awaitable[Seen]]) -> Seen:
        """Look at the books as they are now."""
        async with self._store.work():
            return await look(self.books)
