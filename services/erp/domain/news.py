"""Whether what an ERP says of a document is news: versions are taken in their order only."""

from datetime import datetime
from typing import Protocol, TypeVar

from services.kit.errors import InvalidError


class Told(Protocol):
    """A document that an ERP tells of, again and again."""

    @property
    def key(self) -> object:
        """What it is called."""
        ...

    @property
    def system(self) -> str:
        """Which ERP owns it."""
        ...

    @property
    def as_of(self) -> datetime:
        """When the ERP last changed it."""
        ...


_Told = TypeVar("_Told", bound=Told)


def is_news(known: _Told, new: _Told) -> bool:
    """Whether it differs from what we know, and is not older.

    Raises InvalidError when another ERP claims a number of the same plant.
    """
    if known.system != new.system:
        raise InvalidError(
            f"order {new.key} belongs to {known.system}",
            code="order_of_another_system",
            field="order_no",
            hint="one of the two ERPs must number its orders apart",
        )
    return new != known and new.as_of >= known.as_of
