"""Who answers for the books of wms."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping

from google.protobuf.message import Message

from services.kit.rpc.clerk import Clerk, Learn
from services.kit.store import Store
from services.wms import wire
from services.wms.application.read_stock import read_state
from services.wms.domain.keys import LotKey
from services.wms.ports import Books


class Desk(Clerk[Books]):
    """The books, and what a snapshot of them holds.

    In `lenient` plants issues to orders may run ahead of receipts; `prefixes` are extension digit
    and GS1 company prefix of plants that build handling units.
    """

    def __init__(
        self,
        store: Store,
        books: Books,
        learn: Learn,
        *,
        lenient: Collection[str] = (),
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(store, books, learn)
        self.lenient = lenient
        self.prefixes = prefixes or {}

    async def state(self, wanted: Callable[[LotKey], bool]) -> AsyncIterator[Iterable[Message]]:
        """Balances; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield map(wire.write_balance, part)
