"""Which messages a consumer wants, and the use case behind each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.kit.backbone.envelope import Event
from services.kit.backbone.rules import has_rules

M = TypeVar("M", bound=Message)
Handler = Callable[[list[Event[M]]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One message type and what handles it; `ruled` is whether its proto has rules to check."""

    message: type[Message]
    handler: Handler[Any]
    ruled: bool


class Subscriptions:
    """Handlers by message class: `@subscriptions.on(OperationConfirmed)`.

    A handler gets runs of events, oldest first within each key, inside the ambient unit of work;
    what it raises decides what becomes of them (see poison).
    """

    def __init__(self) -> None:
        self._by_type: dict[bytes, Subscription] = {}

    def on(self, message: type[M]) -> Callable[[Handler[M]], Handler[M]]:
        """Register the decorated handler; a second one for a type is refused."""
        name = message.DESCRIPTOR.full_name.encode()

        def register(handler: Handler[M]) -> Handler[M]:
            if name in self._by_type:
                raise RuntimeError(f"{name.decode()} has a handler; call both use cases from one")
            ruled = has_rules(message.DESCRIPTOR)
            self._by_type[name] = Subscription(message, handler, ruled)
            return handler

        return register

    def find(self, type: bytes) -> Subscription | None:
        """The subscription to a CloudEvents type, None if nobody wants it."""
        return self._by_type.get(type)
