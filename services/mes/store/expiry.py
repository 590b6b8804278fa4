"""Lots expire by the time, noted by one of all replicas."""

import asyncio

from services.kit.elector import Elector, Term
from services.kit.lease import LeaseRow
from services.kit.rounds import Rounds
from services.kit.store import Store
from services.mes.application.command_lots import expire_lots
from services.mes.ports import Books

LEASE = "mes.expiry"
_SECONDS = 60.0
"""What uses a lot judges its expiry by itself; nobody waits for a round."""


class Expiry:
    """Rounds over those whose time has run out; a unit of work for some hundred of them."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def round(self) -> None:
        """Until none is left."""
        expired = 1
        while expired:
            async with self._store.work():
                expired = await expire_lots(self._books)

    def elected(self, instance: str) -> Elector:
        """As a part of the service."""

        async def lead(_: Term) -> None:
            await Rounds(self.round, seconds=_SECONDS).run(asyncio.Event())

        return Elector(LeaseRow(self._store, LEASE), instance, lead)
