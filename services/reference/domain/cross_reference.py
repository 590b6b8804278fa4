"""What others call our items. A cross reference is a code: its domain is the scheme, its system
whoever uses it (a party, or "gs1"), and it means an item number.
"""

from services.kit.errors import InvalidError

_LENGTHS = (8, 12, 13, 14)


def check_gtin(text: str, field: str) -> None:
    """Raises InvalidError naming `field` on what is no GTIN-8, -12, -13 or -14.

    Source: GS1 General Specifications 7.9, check digit.
    """
    if text.isascii() and text.isdecimal() and len(text) in _LENGTHS:
        weighed = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(text[-2::-1]))
        if (weighed + int(text[-1])) % 10 == 0:
            return
    raise InvalidError(
        f"{text[:40]!r} is no GTIN",
        code="bad_gtin",
        field=field,
        hint="8, 12, 13 or 14 digits, the last of them the check digit",
    )
