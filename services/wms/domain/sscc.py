"""Serial shipping container codes: 18 digits, the last of which checks the others.

Source: GS1 General Specifications 3.3.1 (SSCC, AI 00) and 7.9.1 (check digit).
"""

import re

from services.kit.errors import InvalidError

_DIGITS = re.compile(r"[0-9]{18}", re.ASCII)
_PREFIX = re.compile(r"[0-9]{5,13}", re.ASCII)
_CHECKED = 17


def check_digit(digits: str) -> str:
    """Modulo 10: weights 3 and 1 by turns from the right, which begins with 3."""
    weighted = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def check_sscc(sscc: str, field: str) -> None:
    """Raises InvalidError naming `field` when it is none."""
    if not _DIGITS.fullmatch(sscc) or check_digit(sscc[:_CHECKED]) != sscc[_CHECKED:]:
        raise InvalidError(
            f"{sscc[:40]!r} is no SSCC",
            code="bad_sscc",
            field=field,
            hint="18 digits, the last one a check digit modulo 10, without the (00) in front",
        )


def make_sscc(prefix: str, serial: int) -> str:
    """The `serial`th of whoever has `prefix`: extension digit and GS1 company prefix.

    Raises InvalidError on a prefix of other than 5 to 13 digits, or when its numbers are used up.
    """
    if not _PREFIX.fullmatch(prefix):
        raise InvalidError(
            f"{prefix[:40]!r} is no extension digit and GS1 company prefix",
            code="bad_prefix",
            field="plant",
            hint="set PLANTMESH_SSCC_PREFIX for the plant: 5 to 13 digits",
        )
    digits = f"{prefix}{serial:0{_CHECKED - len(prefix)}d}"
    if len(digits) > _CHECKED:
        raise InvalidError(
            f"no numbers are left under {prefix}",
            code="prefix_used_up",
            field="plant",
            hint="give the plant another extension digit",
        )
    return digits + check_digit(digits)
