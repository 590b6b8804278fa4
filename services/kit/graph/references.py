"""What the gateway's ids name here, each judged on its own."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from services.kit.errors import DomainError
from services.kit.ids import GraphId

T = TypeVar("T")


def referenced(
    ids: Iterable[str], want: str, enter: Callable[[GraphId], T]
) -> list[T | DomainError]:
    """For each id of the type `want` what `enter` makes of it, or why it is refused.

    A refusal nulls that entity alone: one foreign plant in a list does not hide the others.
    """

    def one(id: str) -> T | DomainError:
        try:
            return enter(GraphId.decode(id, want=want))
        except DomainError as refused:
            return refused

    return [one(id) for id in ids]
