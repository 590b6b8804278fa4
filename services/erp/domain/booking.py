"""What each type of movement books, as data. Stock is booked by its sides, the rest against a role.

A side that is ours and valued changes its stock account by quantity x standard cost; with one such
side the rest goes against the type's role, with two (a transfer, a relabel, a change of status)
what is left of different costs is a price variance. Two sides on one account at one cost book
nothing: the entry has no lines. A reversal is not here: it is the exact inverse of its original.
Source: domain-model 3.3; SAP's account determination, whose keys are named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.erp.domain.goods import StockStatus


class Role(StrEnum):
    """What an account is for; the map of the plant says which account it is."""

    STOCK = "stock"
    """BSX."""
    GOODS_IN_TRANSIT = "goods_in_transit"
    WIP = "wip"
    """GBB-VBR and GBB-AUF, by order."""
    COGS = "cogs"
    """GBB-VAX."""
    GRIR = "grir"
    """WRX: goods received, invoice not yet (and the other way round)."""
    SCRAP = "scrap"
    """GBB-VNG."""
    COUNT_DIFFERENCE = "count_difference"
    """GBB-INV."""
    OPENING = "opening"
    """GBB-BSA: what lay there before anything was booked."""
    INTERPLANT = "interplant"
    """Between two plants, so that each of them balances by itself."""
    PRICE_VARIANCE = "price_variance"
    """PRD, AUM, UMB: two costs of the same goods met."""
    USAGE_VARIANCE = "usage_variance"
    SCRAP_VARIANCE = "scrap_variance"
    ROUNDING = "rounding"
    """What whole minor units leave over."""


@dataclass(frozen=True, slots=True)
class Booking:
    """Whether the side a movement names gains; `into` is the status of the other where it is one.

    `two_sided` = what one side loses another gains, `takes_over` = as goods of our own.
    """

    against: Role = Role.PRICE_VARIANCE
    adds: bool = False
    two_sided: bool = False
    into: StockStatus | None = None
    takes_over: bool = False


_FREE, _QUALITY = StockStatus.UNRESTRICTED, StockStatus.QUALITY
_BLOCKED = StockStatus.BLOCKED

REVERSAL = "reversal"
BOOKINGS: Mapping[str, Booking] = {
    "receipt_purchase": Booking(Role.GRIR, adds=True),
    "receipt_gr_blocked": Booking(Role.GRIR, adds=True),
    "release_gr_blocked": Booking(Role.GRIR, two_sided=True),
    "receipt_valuated": Booking(Role.GRIR, adds=True),
    "release_valuated": Booking(two_sided=True),
    "receipt_production": Booking(Role.WIP, adds=True),
    "receipt_byproduct": Booking(Role.WIP, adds=True),
    "return_from_order": Booking(Role.WIP, adds=True),
    "issue_to_order": Booking(Role.WIP),
    "issue_to_delivery": Booking(Role.COGS),
    "return_from_customer": Booking(Role.COGS, adds=True),
    "accept_return": Booking(Role.COGS, two_sided=True),
    "return_to_supplier": Booking(Role.GRIR),
    "scrap": Booking(Role.SCRAP),
    "release_from_quality": Booking(two_sided=True, into=_FREE),
    "unrestricted_to_quality": Booking(two_sided=True, into=_QUALITY),
    "quality_to_blocked": Booking(two_sided=True, into=_BLOCKED),
    "blocked_to_quality": Booking(two_sided=True, into=_QUALITY),
    "block": Booking(two_sided=True, into=_BLOCKED),
    "unblock": Booking(two_sided=True, into=_FREE),
    "restrict": Booking(two_sided=True, into=StockStatus.RESTRICTED),
    "unrestrict": Booking(two_sided=True, into=_FREE),
    "transfer_location": Booking(two_sided=True),
    "transfer_plant": Booking(two_sided=True),
    "transfer_plant_out": Booking(two_sided=True, into=StockStatus.IN_TRANSIT),
    "transfer_plant_in": Booking(two_sided=True, into=_FREE),
    "relabel": Booking(two_sided=True),
    "take_over": Booking(Role.GRIR, two_sided=True, takes_over=True),
    "pack": Booking(two_sided=True),
    "unpack": Booking(two_sided=True),
    "count_adjust": Booking(Role.COUNT_DIFFERENCE, adds=True),
    "opening_balance": Booking(Role.OPENING, adds=True),
}
