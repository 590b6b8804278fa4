"""Pages by key: rows that come or go between two pages shift nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from zlib import crc32

from services.kit.errors import InvalidError
from services.kit.text import is_storable

DEFAULT_SIZE = 50
LARGEST_SIZE = 200

Row = TypeVar("Row")
Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is read in pages: its name with whatever filters it, and the types of its key.

    A cursor of another listing is refused.
    """

    name: str
    key: tuple[type[str] | type[int], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `size` rows of `listing` after the key `after` (None: from the beginning)."""

    listing: Listing
    size: int = DEFAULT_SIZE
    after: Key | None = None

    @classmethod
    def read(cls, listing: Listing, size: int, cursor: str) -> "Page":
        """Raises InvalidError naming `page.size` or `page.cursor`; size 0 asks for 50."""
        if not 0 <= size <= LARGEST_SIZE:
            raise InvalidError(
                f"a page has 1 to {LARGEST_SIZE} rows", code="bad_page_size", field="page.size"
            )
        return cls(listing, size or DEFAULT_SIZE, _read_cursor(listing, cursor) if cursor else None)

    @property
    def limit(self) -> int:
        """How many rows to select: one more than asked for tells whether there are more."""
        return self.size + 1

    def cut(self, rows: Sequence[Row], key: Callable[[Row], Key]) -> "Cut[Row]":
        """The page out of `limit` selected rows; `key` is what they are ordered by."""

        def cursor(row: Row) -> str:
            return _write_cursor(self.listing, key(row))

        return Cut(rows[: self.size], cursor, len(rows) > self.size)


@dataclass(frozen=True, slots=True)
class Cut(Generic[Row]):
    """The rows of a page, what names the place behind each, and whether more follow."""

    rows: Sequence[Row]
    cursor: Callable[[Row], str]
    has_more: bool

    @property
    def end_cursor(self) -> str:
        """Behind the last row; "" on an empty page."""
        return self.cursor(self.rows[-1]) if self.rows else ""


def _write_cursor(listing: Listing, key: Key) -> str:
    text = json.dumps([crc32(listing.name.encode()), *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read_cursor(listing: Listing, cursor: str) -> Key:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError, binascii.Error):
        found = None
    match found:
        case [name, *key] if name == crc32(listing.name.encode()) and _fits(listing, key):
            return tuple(key)
    raise InvalidError(
        "not a cursor of this list",
        code="bad_cursor",
        field="page.cursor",
        hint="take it from the page before, with the same filter",
    )


def _fits(listing: Listing, key: list[object]) -> bool:
    """Whether a database takes every part for a part of the key."""
    return len(key) == len(listing.key) and all(
        type(part) is wanted
        and (abs(part) < 2**63 if isinstance(part, int) else is_storable(str(part)))
        for part, wanted in zip(key, listing.key, strict=True)
    )
