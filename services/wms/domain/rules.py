"""What each type of movement does to stock, as data; docs/movements.md shows it.

Source: domain-model 3.3; EPCIS bizSteps: CBV 2.0, 7.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from services.wms.domain.hold import Block
from services.wms.domain.place import Status


class MovementType(StrEnum):
    """Why stock moves."""

    RECEIPT_PURCHASE = auto()
    RECEIPT_GR_BLOCKED = auto()
    RELEASE_GR_BLOCKED = auto()
    RECEIPT_VALUATED = auto()
    RELEASE_VALUATED = auto()
    RECEIPT_PRODUCTION = auto()
    RECEIPT_BYPRODUCT = auto()
    RETURN_FROM_ORDER = auto()
    ISSUE_TO_ORDER = auto()
    ISSUE_TO_DELIVERY = auto()
    RETURN_FROM_CUSTOMER = auto()
    ACCEPT_RETURN = auto()
    RETURN_TO_SUPPLIER = auto()
    SCRAP = auto()
    RELEASE_FROM_QUALITY = auto()
    UNRESTRICTED_TO_QUALITY = auto()
    QUALITY_TO_BLOCKED = auto()
    BLOCKED_TO_QUALITY = auto()
    BLOCK = auto()
    UNBLOCK = auto()
    RESTRICT = auto()
    UNRESTRICT = auto()
    TRANSFER_LOCATION = auto()
    TRANSFER_PLANT = auto()
    TRANSFER_PLANT_OUT = auto()
    TRANSFER_PLANT_IN = auto()
    RELABEL = auto()
    TAKE_OVER = auto()
    PACK = auto()
    UNPACK = auto()
    COUNT_ADJUST = auto()
    OPENING_BALANCE = auto()
    REVERSAL = auto()


class Part(StrEnum):
    """What a movement may change of a place beside its status."""

    LOCATION = auto()
    PLANT = auto()
    GOODS = auto()
    """The item or the lot."""
    PACKED = auto()
    UNPACKED = auto()
    OWNER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The effect of a type on the side that a movement names, and what forbids it.

    `status` lists what that side may be. It loses the quantity, or gains it where the type `adds`;
    what was lost is gained by another place, of a status of `into` or other in `changes`. A hold on
    the lot that loses forbids the movement where it blocks one of `stopped_by`, its reversal where
    it blocks one of `back_stopped_by`. `of_order` needs an order, `reason` a reason, `signed` takes
    a negative quantity too, `runs_ahead` may overdraw where the plant allows, and `promised` says
    that it consumes what is reserved. `sap` is the movement type there, by the status that is named
    (or chosen of `into`) where it differs; "" where there is none.
    """

    status: tuple[Status, ...]
    adds: bool = False
    into: tuple[Status, ...] = ()
    changes: frozenset[Part] = frozenset()
    stopped_by: frozenset[Block] = frozenset()
    back_stopped_by: frozenset[Block] = frozenset()
    of_order: bool = False
    reason: bool = False
    signed: bool = False
    runs_ahead: bool = False
    promised: bool = False
    sap: str | Mapping[Status, str] = ""
    biz_step: str = ""

    @property
    def two_sided(self) -> bool:
        """Whether another place gains what is lost."""
        return bool(self.into or self.changes)


_FREE, _QUALITY, _BLOCKED = Status.UNRESTRICTED, Status.QUALITY, Status.BLOCKED
_GR, _VALUATED = Status.GR_BLOCKED, Status.GR_BLOCKED_VALUATED
_TRANSIT, _RETURNS = Status.IN_TRANSIT, Status.RETURNS
_ARRIVING = (_FREE, _QUALITY, _BLOCKED)
_ON_HAND = tuple(one for one in Status if one is not _TRANSIT)
_USE, _MOVE = frozenset({Block.POSTING}), frozenset({Block.MOVE})
_CONSUME, _SHIP = frozenset({Block.CONSUME}), frozenset({Block.SHIP})
_T = MovementType

# A hold keeps a lot where it is and out of use. What brings it nearer to use, moves it or lets it
# leave is forbidden, under its own name or as a reversal. Blocking is always allowed, so is scrap,
# which quality itself may decide on a held lot, a count, which says what is there anyway, and the
# end of a journey that began before the hold.
RULES = {
    _T.RECEIPT_PURCHASE: Rule(
        status=_ARRIVING, adds=True, back_stopped_by=_USE, sap="101", biz_step="receiving"
    ),
    _T.RECEIPT_GR_BLOCKED: Rule(
        status=(_GR,), adds=True, back_stopped_by=_USE, sap="103", biz_step="receiving"
    ),
    _T.RELEASE_GR_BLOCKED: Rule(
        status=(_GR,), into=_ARRIVING, stopped_by=_USE, sap="105", biz_step="accepting"
    ),
    _T.RECEIPT_VALUATED: Rule(
        status=(_VALUATED,), adds=True, back_stopped_by=_USE, sap="107", biz_step="receiving"
    ),
    _T.RELEASE_VALUATED: Rule(
        status=(_VALUATED,), into=_ARRIVING, stopped_by=_USE, sap="109", biz_step="accepting"
    ),
    _T.RECEIPT_PRODUCTION: Rule(
        status=(_FREE, _QUALITY), adds=True, back_stopped_by=_USE, of_order=True,
        sap="101", biz_step="commissioning",
    ),
    _T.RECEIPT_BYPRODUCT: Rule(
        status=_ARRIVING, adds=True, back_stopped_by=_USE, of_order=True,
        sap="531", biz_step="commissioning",
    ),
    _T.RETURN_FROM_ORDER: Rule(
        status=_ARRIVING, adds=True, back_stopped_by=_USE, of_order=True,
        sap="262", biz_step="storing",
    ),
    _T.ISSUE_TO_ORDER: Rule(
        status=(_FREE,), stopped_by=_CONSUME, of_order=True, runs_ahead=True, promised=True,
        sap="261",
    ),
    _T.ISSUE_TO_DELIVERY: Rule(
        status=(_FREE,), stopped_by=_SHIP, promised=True, sap="601", biz_step="shipping"
    ),
    _T.RETURN_FROM_CUSTOMER: Rule(
        status=(_RETURNS, *_ARRIVING), adds=True, back_stopped_by=_USE, reason=True,
        sap={_RETURNS: "651", _FREE: "653", _QUALITY: "655", _BLOCKED: "657"},
        biz_step="receiving",
    ),
    _T.ACCEPT_RETURN: Rule(
        status=(_RETURNS,), into=_ARRIVING, stopped_by=_USE,
        sap={_FREE: "453", _QUALITY: "457", _BLOCKED: "459"}, biz_step="accepting",
    ),
    _T.RETURN_TO_SUPPLIER: Rule(
        status=_ON_HAND, stopped_by=_SHIP, reason=True,
        sap={_GR: "104", _VALUATED: "108", **dict.fromkeys((*_ARRIVING, Status.RESTRICTED), "122")},
        biz_step="shipping",
    ),
    _T.SCRAP: Rule(
        status=tuple(Status), reason=True,
        sap={_FREE: "551", Status.RESTRICTED: "551", _QUALITY: "553", _BLOCKED: "555",
             _TRANSIT: "557"},
        biz_step="destroying",
    ),
    _T.RELEASE_FROM_QUALITY: Rule(
        status=(_QUALITY,), into=(_FREE,), stopped_by=_USE, sap="321", biz_step="inspecting"
    ),
    _T.UNRESTRICTED_TO_QUALITY: Rule(
        status=(_FREE,), into=(_QUALITY,), back_stopped_by=_USE, sap="322", biz_step="inspecting"
    ),
    _T.QUALITY_TO_BLOCKED: Rule(
        status=(_QUALITY,), into=(_BLOCKED,), sap="350", biz_step="holding"
    ),
    _T.BLOCKED_TO_QUALITY: Rule(
        status=(_BLOCKED,), into=(_QUALITY,), sap="349", biz_step="holding"
    ),
    _T.BLOCK: Rule(
        status=(_FREE,), into=(_BLOCKED,), back_stopped_by=_USE, sap="344", biz_step="holding"
    ),
    _T.UNBLOCK: Rule(
        status=(_BLOCKED,), into=(_FREE,), stopped_by=_USE, sap="343", biz_step="holding"
    ),
    _T.RESTRICT: Rule(
        status=(_FREE,), into=(Status.RESTRICTED,), back_stopped_by=_USE,
        sap="341", biz_step="holding",
    ),
    _T.UNRESTRICT: Rule(
        status=(Status.RESTRICTED,), into=(_FREE,), stopped_by=_USE, sap="342", biz_step="holding"
    ),
    _T.TRANSFER_LOCATION: Rule(
        status=_ON_HAND, changes=frozenset({Part.LOCATION}),
        stopped_by=_MOVE, back_stopped_by=_MOVE, sap="311", biz_step="storing",
    ),
    _T.TRANSFER_PLANT: Rule(
        status=_ARRIVING, changes=frozenset({Part.PLANT, Part.LOCATION}),
        stopped_by=_MOVE | _SHIP, back_stopped_by=_MOVE | _SHIP, sap="301", biz_step="storing",
    ),
    _T.TRANSFER_PLANT_OUT: Rule(
        status=(_FREE,), into=(_TRANSIT,), changes=frozenset({Part.PLANT}),
        stopped_by=_MOVE | _SHIP, back_stopped_by=_MOVE | _SHIP, sap="303", biz_step="departing",
    ),
    _T.TRANSFER_PLANT_IN: Rule(
        status=(_TRANSIT,), into=(_FREE,), changes=frozenset({Part.LOCATION}),
        back_stopped_by=_MOVE, sap="305", biz_step="arriving",
    ),
    _T.RELABEL: Rule(
        status=_ON_HAND, changes=frozenset({Part.GOODS}), stopped_by=_MOVE, back_stopped_by=_MOVE,
        reason=True, sap="309", biz_step="repackaging",
    ),
    _T.TAKE_OVER: Rule(
        status=_ARRIVING, changes=frozenset({Part.OWNER}), stopped_by=_USE,
        sap="411 K", biz_step="accepting",
    ),
    _T.PACK: Rule(
        status=_ON_HAND, changes=frozenset({Part.PACKED}), stopped_by=_MOVE, back_stopped_by=_MOVE,
        biz_step="packing",
    ),
    _T.UNPACK: Rule(
        status=_ON_HAND, changes=frozenset({Part.UNPACKED}),
        stopped_by=_MOVE, back_stopped_by=_MOVE, biz_step="unpacking",
    ),
    _T.COUNT_ADJUST: Rule(
        status=_ON_HAND, adds=True, signed=True, reason=True,
        sap={_FREE: "701, 702", _QUALITY: "703, 704", _BLOCKED: "707, 708"},
        biz_step="cycle_counting",
    ),
    _T.OPENING_BALANCE: Rule(
        status=_ON_HAND, adds=True, signed=True, reason=True,
        sap={_FREE: "561", _QUALITY: "563", _BLOCKED: "565"}, biz_step="stock_taking",
    ),
    # Its effect and what forbids it are those of the movement it takes back, inverted.
    _T.REVERSAL: Rule(status=tuple(Status), signed=True, sap="type + 1"),
}  # fmt: skip
