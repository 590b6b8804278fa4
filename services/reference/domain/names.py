"""What may be a name: part of a key, of an event's key and of an equipment path."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from services.kit.errors import InvalidError
from services.kit.ids import EVERYWHERE

Key = tuple[str, ...]
"""The natural key of a record, part by part."""


class Keyed(Protocol):
    """Whatever has a natural key."""

    @property
    def key(self) -> Key:
        """Part by part."""
        ...


K = TypeVar("K", bound=Keyed)


def check_plant(plant: str, *, field: str = "plant") -> None:
    """Raises InvalidError on what cannot begin a key."""
    if not plant or "/" in plant or plant == EVERYWHERE or not plant.isprintable():
        raise InvalidError(
            f"{plant[:40]!r} is no plant", code="bad_name", field=field, hint="a name without /"
        )


def check_name(name: str, field: str) -> None:
    """Raises InvalidError on nothing, on blanks at an end and on what does not print."""
    if not name or name != name.strip() or not name.isprintable():
        raise InvalidError(
            f"{name[:40]!r} is no name",
            code="bad_name",
            field=field,
            hint="printable characters, no blank at either end",
        )


def by_key(records: Iterable[K]) -> dict[Key, K]:
    """Records by their key."""
    return {record.key: record for record in records}
