"""The account map of a plant, as finance would draft it: an account for every role."""

from collections.abc import Mapping

from plantmesh.reference.v1 import reference_pb2 as reference

ACCOUNTS: Mapping[str, str] = {
    "stock": "3000",
    "stock/RAW": "3010",
    "stock/FINISHED": "3020",
    "goods_in_transit": "3090",
    "wip": "3100",
    "grir": "1910",
    "opening": "2990",
    "interplant": "1990",
    "cogs": "5000",
    "scrap": "5100",
    "count_difference": "5200",
    "price_variance": "5310",
    "usage_variance": "5320",
    "scrap_variance": "5330",
    "rounding": "5390",
}
"""By a role of services/erp/domain/booking.py, with the item's type where that matters."""


def account_map() -> list[reference.CodeMapping]:
    """As mappings for all plants, from the beginning."""
    return [
        reference.CodeMapping(
            code=reference.Code(domain="account", system="valuation", code=role),
            canonical=account,
        )
        for role, account in ACCOUNTS.items()
    ]
