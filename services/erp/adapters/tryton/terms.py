"""The settings of a Tryton's row in `systems`; the secret is its user's password."""

from collections.abc import Mapping

import msgspec

from services.erp.adapters.row import read_settings
from services.kit.lanes.systems import System


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` = http://host:port/database/; `warehouses` = codes of those not named like their plant.

    `longest_request_seconds` = how long Tryton may go on with a request after we gave up on it;
    `overlap_seconds` = as long as its longest transaction; `page` orders a request. With
    `negative_stock` a consumption may take more of a lot than lies there. `sales_orders` and
    `purchase_orders` are read where its modules sale and purchase are activated.
    """

    url: str
    user: str
    warehouses: Mapping[str, str] = {}
    request_timeout: float = 20.0
    longest_request_seconds: float = 60.0
    overlap_seconds: float = 120.0
    parallel: int = 2
    page: int = 100
    negative_stock: bool = False
    sales_orders: bool = False
    purchase_orders: bool = False


def read_terms(system: System) -> Terms:
    """Raises InvalidError naming the setting."""
    return read_settings(system, Terms, "a Tryton")
