"""A movement of stock: asked for once, recorded for ever, taken back by a reversal alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.wms.domain.keys import LotKey, Reference
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import RULES, MovementType, Rule
from services.wms.domain.sscc import check_sscc
from services.wms.domain.target import SAME, Target, check_target, find_other_side
from services.wms.domain.trade import NOBODY, NOWHERE, Destination, Origin, check_trade


class Effect(NamedTuple):
    """`change` at `here`, and the opposite at `there` where a movement has two sides."""

    here: Place
    change: Quantity
    there: Place | None = None

    def inverted(self) -> "Effect":
        """What takes it back."""
        return Effect(self.here, -self.change, self.there)

    def legs(self) -> Iterator[tuple[Place, Quantity]]:
        """Each place and its change."""
        yield self.here, self.change
        if self.there:
            yield self.there, -self.change

    @property
    def loser(self) -> Place:
        """The place that has less afterwards; the one that gains where nothing is lost."""
        return self.there if self.there and self.change.value > 0 else self.here


@dataclass(frozen=True, slots=True)
class Movement:
    """`place` is the side it takes from, or puts to when it only receives.

    `to_location` and `to` say where it goes as far as that differs, `reverses` the reference a
    reversal takes back; `delivery_no` is a delivery and its line, `origin` and
    `destination` say who a receipt is from and a delivery for; `given` is the quantity as it was
    asked for, where it was recorded in another unit. Raises InvalidError naming the field that
    contradicts the type.
    """

    reference: Reference
    type: MovementType
    place: Place
    quantity: Quantity
    occurred_at: Instant
    to_location: str = ""
    order_no: str = ""
    reverses: str = ""
    reason: str = ""
    to: Target = SAME
    delivery_no: str = ""
    origin: Origin = NOWHERE
    destination: Destination = NOBODY
    given: Quantity | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse what the type does not allow, whatever is in stock."""
        _check_status(self.type, self.rule, self.place.status)
        _check_amount(self.type, self.rule, self.quantity)
        _check_references(self)
        _check_units(self)
        check_trade(self.type, self.origin, self.destination)
        if self.type is not MovementType.REVERSAL:
            check_target(self.type, self.rule, self.place, self.to_location, self.to)

    @property
    def rule(self) -> Rule:
        """What its type does."""
        return RULES[self.type]

    @property
    def lot(self) -> LotKey:
        """What moves; `lot_no` may be ""."""
        return self.place.lot

    @property
    def original(self) -> Reference | None:
        """What a reversal takes back."""
        return Reference(self.reference.plant, self.reverses) if self.reverses else None

    @property
    def effect(self) -> Effect:
        """Of anything but a reversal."""
        rule = self.rule
        there = find_other_side(rule, self.place, self.to_location, self.to)
        return Effect(self.place, self.quantity if rule.adds else -self.quantity, there)

    @property
    def lots(self) -> set[LotKey]:
        """What moves, and what it becomes; of a reversal those that it names."""
        lot, to = self.lot, self.to
        other = LotKey(to.plant or lot.plant, to.item_no or lot.item_no, to.lot_no or lot.lot_no)
        return {lot, other}


def choose_status(type: MovementType, given: Status | None) -> Status:
    """The only one a type allows may stay unsaid; raises InvalidError naming `stock.status`."""
    allowed = RULES[type].status
    if given is None and len(allowed) > 1:
        raise InvalidError(
            f"a {type} needs to know which stock",
            code="status_required",
            field="stock.status",
            hint=f"one of {', '.join(allowed)}",
        )
    return given or allowed[0]


def _check_status(type: MovementType, rule: Rule, status: Status) -> None:
    if status not in rule.status:
        raise InvalidError(
            f"no {type} with {status} stock",
            code="wrong_status",
            field="stock.status",
            hint=f"it goes with {', '.join(rule.status)}",
        )


def _check_amount(type: MovementType, rule: Rule, quantity: Quantity) -> None:
    if (quantity.value < 0 and not rule.signed) or not quantity.value:
        raise InvalidError(
            f"{quantity} cannot be moved by a {type}",
            code="not_positive",
            field="quantity.value",
            hint="a reversal takes a movement back, a count adjusts what is there",
        )


def _check_references(movement: Movement) -> None:
    if (movement.type is MovementType.REVERSAL) != bool(movement.reverses):
        raise InvalidError(
            "a reversal, and nothing else, names the reference it takes back",
            code="bad_reversal",
            field="reverses",
        )
    if movement.rule.of_order and not movement.order_no:
        raise InvalidError(
            f"a {movement.type} belongs to an order", code="order_required", field="order_no"
        )
    if movement.rule.reason and not movement.reason.strip():
        raise InvalidError(
            f"a {movement.type} needs a reason",
            code="reason_required",
            field="reason",
            hint="say why; auditors read it",
        )


def _check_units(movement: Movement) -> None:
    if movement.place.hu:
        check_sscc(movement.place.hu, "stock.handling_unit")
    if movement.to.hu:
        check_sscc(movement.to.hu, "to.handling_unit")
