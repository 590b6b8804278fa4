"""The settings of an OData ERP's row in `systems`; the secret is its user's password."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from services.erp.adapters.row import Many, Seconds, Span, check_names, check_url, read_settings
from services.kit.clock import find_zone
from services.kit.lanes.systems import System


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` = what stands before the services' names, https unless `plaintext` allows http.

    `plants` = the ERP's keys of those not named like ours; `ca_file` = whom to trust beside the
    machine's own authorities. `longest_request_seconds` = how long the ERP may go on with a request
    after we gave up on it; `overlap_seconds` = as long as its longest transaction; `page` orders a
    request; `time_zone` = of planned times. `production_orders` = false where there are none;
    `sales_orders`, `purchase_orders` = true where the user may read them. After a refused login
    nothing is asked for `refused_login_seconds`.
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
    request_timeout: Seconds = 10.0
    longest_request_seconds: Span = 60.0
    overlap_seconds: Span = 120.0
    refused_login_seconds: Span = 600.0
    parallel: Many = 2
    page: Many = 100

    @property
    def zone(self) -> ZoneInfo:
        """Of `time_zone`."""
        return find_zone(self.time_zone)


def read_terms(system: System) -> Terms:
    """Raises InvalidError naming the setting."""
    terms = read_settings(system, Terms, "an OData ERP")
    find_zone(terms.time_zone)
    check_url(system, terms.url, plaintext=terms.plaintext)
    check_names(system, terms.plants, "plants")
    return terms
