"""The settings of a Tryton's row in `systems`; the secret is its user's password."""

from collections.abc import Mapping

import msgspec

from services.erp.adapters.row import Many, Seconds, Span, check_names, check_url, read_settings
from services.kit.lanes.systems import System


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` = https://host:port/database/, http only where `plaintext` allows it; `ca_file` = whom
    to trust beside the machine's own authorities; `warehouses` = codes of those not named like
    their plant.

    `longest_request_seconds` = how long Tryton may go on with a request after we gave up on it;
    `overlap_seconds` = as long as its longest transaction; `page` orders a request. With
    `negative_stock` a consumption may take more of a lot than lies there. `sales_orders` and
    `purchase_orders` are read where its modules sale and purchase are activated. After a refused
    login nothing is asked for `refused_login_seconds`.
    """

    url: str
    user: str
    warehouses: Mapping[str, str] = {}
    plaintext: bool = False
    ca_file: str = ""
    request_timeout: Seconds = 20.0
    longest_request_seconds: Span = 60.0
    overlap_seconds: Span = 120.0
    refused_login_seconds: Span = 600.0
    parallel: Many = 2
    page: Many = 100
    negative_stock: bool = False
    sales_orders: bool = False
    purchase_orders: bool = False


def read_terms(system: System) -> Terms:
    """Raises InvalidError naming the setting."""
    terms = read_settings(system, Terms, "a Tryton")
    check_url(system, terms.url, plaintext=terms.plaintext)
    check_names(system, terms.warehouses, "warehouses")
    return terms
