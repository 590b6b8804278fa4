"""A movement of stock: asked for once, recorded for ever, taken back by a reversal alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.wms.domain.keys import LotKey, Reference
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import RULES, MovementType, Rule


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


@dataclass(frozen=True, slots=True)
class Movement:
    """`place` is the side it takes from, or puts to when it only receives.

    `to_location` is where a transfer puts it, `reverses` the reference a reversal takes back.
    Raises InvalidError naming the field that contradicts the type.
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

    def __post_init__(self) -> None:
        """Refuse what the type does not allow, whatever is in stock."""
        _check_status(self.type, self.rule, self.place.status)
        _check_amount(self.type, self.rule, self.quantity)
        _check_references(self)
        if self.type is not MovementType.REVERSAL:
            _check_locations(self)

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
        rule, there = self.rule, None
        if rule.into:
            there = self.place._replace(status=rule.into)
        elif rule.relocates:
            there = self.place._replace(location=self.to_location)
        return Effect(self.place, self.quantity if rule.adds else -self.quantity, there)


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


def _check_locations(movement: Movement) -> None:
    if movement.rule.relocates:
        if movement.to_location == movement.place.location:
            raise InvalidError(
                "it is there already",
                code="same_location",
                field="to_location",
                hint="name another location; empty is the plant's default one",
            )
    elif movement.to_location:
        raise InvalidError(
            f"a {movement.type} stays where it is",
            code="bad_location",
            field="to_location",
            hint="leave it empty, and move it by a transfer_location",
        )
