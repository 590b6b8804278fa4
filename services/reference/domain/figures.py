"""Plain figures of master data: decimals that are no quantities."""

import re
from decimal import Decimal

from services.kit.errors import InvalidError

_TEXT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,12})?", re.ASCII)


def read_figure(text: str, field: str, *, below: int | None = None) -> str:
    """Its shortest spelling, "" for none; raises InvalidError naming `field`."""
    if not text:
        return ""
    if not _TEXT.fullmatch(text):
        raise InvalidError(
            f"{text[:40]!r} is no figure", code="not_a_decimal", field=field, hint='such as "2.5"'
        )
    value = Decimal(text).normalize()
    if below is not None and value >= below:
        raise InvalidError(
            f"{text} is not below {below}", code="out_of_range", field=field, hint=f"0 to {below}"
        )
    return format(value, "f")
