"""The settings of a ledger's row in `systems`."""

import msgspec

from services.erp.adapters.row import Many, Seconds, Span, read_settings
from services.kit.lanes.systems import System


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`longest_request_seconds` = how late a request may still be booked; `overlap_seconds` = as
    long as its longest transaction; `parallel` requests at a time; `page` orders a request.
    """

    url: str
    versioned: bool = False
    request_timeout: Seconds = 5.0
    longest_request_seconds: Span = 10.0
    overlap_seconds: Span = 30.0
    parallel: Many = 4
    page: Many = 200


def read_terms(system: System) -> Terms:
    """Raises InvalidError naming the setting."""
    return read_settings(system, Terms, "a ledger")
