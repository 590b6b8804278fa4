"""Text that others wrote: whether it can be kept, and whether people see what is there."""

import re

_NEITHER = re.compile("[\0\ud800-\udfff]")
# Control characters but tab and line breaks, and what turns or hides the text around it.
_HIDDEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def is_storable(text: str) -> bool:
    """Whether PostgreSQL keeps it: no NUL, no half of a surrogate pair."""
    return not _NEITHER.search(text)


def storable(text: str) -> str:
    """The same with a mark in place of every character that PostgreSQL does not keep."""
    return _NEITHER.sub("\N{REPLACEMENT CHARACTER}", text)


def is_plain(text: str) -> bool:
    """Whether people see all of it in its order; it may have lines and tabs."""
    return not _HIDDEN.search(text)
