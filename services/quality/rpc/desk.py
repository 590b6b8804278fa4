"""What the servicers share."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence

from google.protobuf.message import Message

from services.kit.rpc.clerk import Clerk
from services.quality import wire
from services.quality.application.snapshot import read_state
from services.quality.ports import Books


class Desk(Clerk[Books]):
    """The books, where what they name is, and what a snapshot of them holds."""

    async def plants_of_inspections(self, nos: Sequence[str]) -> list[str | None]:
        """Where each is; None for one that does not exist."""
        found = await self.read(lambda books: books.inspections.get(nos))
        return [found[no].lot.plant if no in found else None for no in nos]

    async def plants_of_holds(self, nos: Sequence[str]) -> list[str | None]:
        """Where each is; None for one that does not exist."""
        found = await self.read(lambda books: books.holds.get(nos))
        return [found[no].order.plant if no in found else None for no in nos]

    async def state(self, wanted: Callable[[str], bool]) -> AsyncIterator[Iterable[Message]]:
        """As the events that would tell it; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield [wire.write_fact(fact) for fact in part]
