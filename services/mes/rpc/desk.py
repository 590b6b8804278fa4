"""What the servicers share."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from services.kit.rpc.clerk import Clerk
from services.mes import wire
from services.mes.application.snapshot import read_state
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.ports import Books

Context = ServicerContext[Any, Any]


class Desk(Clerk[Books]):
    """The books, and what a snapshot of them holds."""

    async def state(
        self, wanted: Callable[[OrderKey | LotKey], bool]
    ) -> AsyncIterator[Iterable[Message]]:
        """As the events that would tell it; in the ambient unit of work."""
        async for part in read_state(self.books, wanted):
            yield [wire.write_fact(fact) for fact in part]
