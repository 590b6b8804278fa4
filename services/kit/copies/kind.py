"""What is copied: messages of another service, by their own key and version."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from google.protobuf.message import Message

M = TypeVar("M", bound=Message)


def _nowhere(_: Message) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind(Generic[M]):
    """One sort of message. `version` grows with every change of a key at the owner.

    `scope` names the list that a message belongs to, for those that are read by the list.
    """

    name: str
    message: type[M]
    key: Callable[[M], str]
    version: Callable[[M], int]
    scope: Callable[[M], str] = _nowhere

    @property
    def type(self) -> str:
        """A copy of another type (an older contract's) counts as none."""
        return self.message.DESCRIPTOR.full_name
