"""What each type of movement does to stock, as data. Source: domain-model 3.3."""

from dataclasses import dataclass
from enum import StrEnum

from services.wms.domain.place import Status


class MovementType(StrEnum):
    """Why stock moves."""

    RECEIPT_PURCHASE = "receipt_purchase"
    RECEIPT_PRODUCTION = "receipt_production"
    RETURN_FROM_ORDER = "return_from_order"
    ISSUE_TO_ORDER = "issue_to_order"
    ISSUE_TO_DELIVERY = "issue_to_delivery"
    SCRAP = "scrap"
    RELEASE_FROM_QUALITY = "release_from_quality"
    QUALITY_TO_BLOCKED = "quality_to_blocked"
    BLOCKED_TO_QUALITY = "blocked_to_quality"
    BLOCK = "block"
    UNBLOCK = "unblock"
    TRANSFER_LOCATION = "transfer_location"
    COUNT_ADJUST = "count_adjust"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The effect of a type on the side that a movement names, and what forbids it.

    `status` lists what that side may be. It loses the quantity, or gains it where the type `adds`;
    `into` is the status that gains what was lost, `relocates` says another location does. A hold on
    the lot forbids the movement (`held`) or its reversal (`held_back`). `of_order` needs an order,
    `signed` takes a negative quantity too, and `runs_ahead` may overdraw where the plant allows.
    """

    status: tuple[Status, ...]
    adds: bool = False
    into: Status | None = None
    relocates: bool = False
    held: bool = False
    held_back: bool = False
    of_order: bool = False
    signed: bool = False
    runs_ahead: bool = False


_FREE, _QUALITY, _BLOCKED = Status.UNRESTRICTED, Status.QUALITY, Status.BLOCKED
_ARRIVING = (_FREE, _QUALITY, _BLOCKED)
_ON_HAND = (*_ARRIVING, Status.RESTRICTED)

# A hold keeps a lot where it is and out of use. What brings it nearer to use, moves it or lets it
# leave is forbidden, under its own name or as a reversal. Blocking is always allowed, so is scrap,
# which quality itself may decide on a held lot, and a count, which says what is there anyway.
RULES = {
    MovementType.RECEIPT_PURCHASE: Rule(status=_ARRIVING, adds=True, held_back=True),
    MovementType.RECEIPT_PRODUCTION: Rule(
        status=(_FREE, _QUALITY), adds=True, held_back=True, of_order=True
    ),
    MovementType.RETURN_FROM_ORDER: Rule(
        status=_ARRIVING, adds=True, held_back=True, of_order=True
    ),
    MovementType.ISSUE_TO_ORDER: Rule(status=(_FREE,), held=True, of_order=True, runs_ahead=True),
    MovementType.ISSUE_TO_DELIVERY: Rule(status=(_FREE,), held=True),
    MovementType.SCRAP: Rule(status=_ON_HAND),
    MovementType.RELEASE_FROM_QUALITY: Rule(status=(_QUALITY,), into=_FREE, held=True),
    MovementType.QUALITY_TO_BLOCKED: Rule(status=(_QUALITY,), into=_BLOCKED),
    MovementType.BLOCKED_TO_QUALITY: Rule(status=(_BLOCKED,), into=_QUALITY),
    MovementType.BLOCK: Rule(status=(_FREE,), into=_BLOCKED, held_back=True),
    MovementType.UNBLOCK: Rule(status=(_BLOCKED,), into=_FREE, held=True),
    MovementType.TRANSFER_LOCATION: Rule(
        status=_ON_HAND, relocates=True, held=True, held_back=True
    ),
    MovementType.COUNT_ADJUST: Rule(status=_ON_HAND, adds=True, signed=True),
    # Its effect and what forbids it are those of the movement it takes back, inverted.
    MovementType.REVERSAL: Rule(status=tuple(Status), signed=True),
}
