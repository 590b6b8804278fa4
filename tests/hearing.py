"""Events as a consumer's handlers get them, without a broker: in one unit of work a run."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from itertools import count
from typing import Any, Protocol

from google.protobuf.message import Message

from services.kit.backbone.envelope import Event, Position
from services.kit.backbone.subscriptions import Subscriptions


class Books(Protocol):
    """A store, or books in memory."""

    def work(self) -> AbstractAsyncContextManager[Any]:
        """All or nothing."""
        ...


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_told = count(1)


async def hear(store: Books, subscriptions: Subscriptions, *messages: Message) -> None:
    """Each run of one type goes to its handler; what is not wanted goes by."""
    for message in messages:
        type, n = message.DESCRIPTOR.full_name, next(_told)
        event = Event(
            id=f"e-{n}",
            type=type,
            source="test",
            subject="",
            key="",
            sequence=n,
            time=NOON,
            traceparent="",
            actor="storekeeper",
            position=Position(0, n),
            data=message,
        )
        if found := subscriptions.find(type.encode()):
            async with store.work():
                await found.handler([event])
