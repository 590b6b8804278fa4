"""Facts and effects as JSON columns, by the name of their class."""

from typing import TypeVar

import msgspec

from services.process.domain.effects import Closing, Effect, Movement, Posting
from services.process.domain.facts import (
    BornHeld,
    Caught,
    Confirmed,
    Disposed,
    Ended,
    Fact,
    HoldOrdered,
    OrderReleased,
    TakenBack,
)

T = TypeVar("T")

_FACTS: dict[str, type[Fact]] = {
    one.__name__: one
    for one in (OrderReleased, Confirmed, TakenBack, Ended, BornHeld, Disposed, HoldOrdered, Caught)
}
_EFFECTS: dict[str, type[Effect]] = {one.__name__: one for one in (Movement, Posting, Closing)}


def write(value: object) -> str:
    """As JSON; decimals are strings."""
    return msgspec.json.encode(value).decode()


def read_fact(kind: str, content: str) -> Fact:
    """What `write` wrote of a fact."""
    return msgspec.json.decode(content, type=_FACTS[kind])


def read_effect(kind: str, content: str) -> Effect:
    """What `write` wrote of an effect."""
    return msgspec.json.decode(content, type=_EFFECTS[kind])
