"""The settings of an OData ERP's row in `systems`; the secret is its user's password."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from services.erp.adapters.row import read_settings
from services.kit.clock import find_zone
from services.kit.errors import InvalidError
from services.kit.lanes.systems import System


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` = what stands before the services' names, https unless `plaintext` allows http.

    `plants` = the ERP's keys of those not named like ours; `ca_file` = whom to trust beside the
    machine's own authorities. `longest_request_seconds` = how long the ERP may go on with a request
    after we gave up on it; `overlap_seconds` = as long as its longest transaction; `page` orders a
    request; `time_zone` = of planned times. `production_orders` = false where there are none;
    `sales_orders`, `purchase_orders` = true where the user may read them.
    """

    url: str
    user: str
    client: str = ""
    plants: Mapping[str, str] = {}
    storage_location: str = ""
    time_zone: str = "UTC"
    production_orders: bool = True
    sales_orders: bool = False
    purchase_orders: bool = False
    plaintext: bool = False
    ca_file: str = ""
    request_timeout: float = 10.0
    longest_request_seconds: float = 60.0
    overlap_seconds: float = 120.0
    parallel: int = 2
    page: int = 100

    @property
    def zone(self) -> ZoneInfo:
        """Of `time_zone`."""
        return find_zone(self.time_zone)


def read_terms(system: System) -> Terms:
    """Raises InvalidError naming the setting."""
    terms = read_settings(system, Terms, "an OData ERP")
    find_zone(terms.time_zone)
    if urlsplit(terms.url).scheme != ("http" if terms.plaintext else "https"):
        raise InvalidError(
            f"{system.id} would be spoken to without TLS, or not at all",
            code="bad_settings",
            field="settings.url",
            hint='an https:// address; http:// only with "plaintext": true, for tests',
        )
    return terms
