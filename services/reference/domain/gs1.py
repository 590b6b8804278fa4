"""Numbers of GS1 and others that carry their own check.

Source: GS1 General Specifications 7.9 (check digit), 3.7.9 (GLN); Catena-X for BPNs.
"""

import re

from services.kit.errors import InvalidError
from services.reference.domain.cross_reference import check_gtin

_GLN = 13
_DUNS = re.compile(r"[0-9]{9}", re.ASCII)
_BPN = re.compile(r"BPN[LSA][0-9A-Z]{12}", re.ASCII)


def check_gln(text: str, field: str = "gln") -> None:
    """Raises InvalidError naming `field` on what is no GLN; "" is none."""
    try:
        if text:
            check_gtin(text if len(text) == _GLN else "", field)
    except InvalidError:
        raise InvalidError(
            f"{text[:40]!r} is no GLN",
            code="bad_gln",
            field=field,
            hint="13 digits, the last of them the check digit",
        ) from None


def check_duns(text: str) -> None:
    """Raises InvalidError naming `duns`; "" is none."""
    if text and not _DUNS.fullmatch(text):
        raise InvalidError(
            f"{text[:40]!r} is no D-U-N-S number",
            code="bad_duns",
            field="duns",
            hint="9 digits, without dashes",
        )


def check_bpn(text: str) -> None:
    """Raises InvalidError naming `bpn`; "" is none."""
    if text and not _BPN.fullmatch(text):
        raise InvalidError(
            f"{text[:40]!r} is no business partner number",
            code="bad_bpn",
            field="bpn",
            hint="BPNL, BPNS or BPNA and 12 letters and digits",
        )
