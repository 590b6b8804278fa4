"""What a movement is worth at standard cost on its day, and against which accounts it goes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from services.erp.domain.accounts import Chart, Purpose, WaitingError
from services.erp.domain.booking import BOOKINGS, Booking, Role
from services.erp.domain.cost import StandardCost, ValuedItem
from services.erp.domain.entry import NOTHING
from services.erp.domain.goods import GoodsMovement, Side, StockStatus
from services.erp.domain.money import to_exact
from services.kit.clock import Instant, business_date


@dataclass(frozen=True)
class Facts:
    """Copies of the master data that valuation rests on: items by plant, zones, the account map."""

    items: Mapping[tuple[str, str], ValuedItem]
    zones: Mapping[str, str]
    chart: Chart

    def item(self, plant: str, item_no: str) -> ValuedItem:
        """Raises WaitingError when nobody told of it."""
        if found := self.items.get((plant, item_no)):
            return found
        raise _waiting(f"the item {item_no}", "unknown_item", f"item/{item_no}")

    def day(self, plant: str, at: Instant) -> date:
        """The business date at the plant; raises WaitingError when nobody told of the plant."""
        if plant in self.zones:
            return business_date(at, self.zones[plant])
        raise _waiting(f"the plant {plant}", "unknown_plant", f"plant/{plant}")


class Leg(NamedTuple):
    """So much more of an item (in its base unit) and of its value on a stock account."""

    plant: str
    item_no: str
    account: str
    role: Role
    quantity: Fraction
    exact: Fraction
    cost_from: date


class Counter(NamedTuple):
    """What stands against the legs."""

    plant: str
    account: str
    role: Role
    exact: Fraction


@dataclass(frozen=True, slots=True)
class Value:
    """A movement in money, not rounded yet; without legs it books nothing."""

    day: date
    currency: str = ""
    legs: tuple[Leg, ...] = ()
    counters: tuple[Counter, ...] = ()


def value(movement: GoodsMovement, facts: Facts) -> Value:
    """Of anything but a reversal; raises WaitingError naming what finance has to provide."""
    booking = BOOKINGS.get(movement.type)
    if booking is None:
        raise WaitingError(
            f"nobody says what a {movement.type} books",
            code="unknown_movement_type",
            wants=f"movement/{movement.type}",
            hint="this release is older than the warehouse's",
        )
    day, at = facts.day(movement.key.plant, movement.occurred_at), movement.occurred_at.moment
    legs, currencies = [], set()
    for side, sign in movement.sides:
        item = facts.item(side.plant, side.item_no)
        cost = item.cost_on(day)
        currencies.add(cost.currency)
        quantity = sign * item.base(movement.change)
        legs.append(_leg(side, item, cost, quantity, _stock_account(side, item, facts, at)))
    if len(currencies) > 1:
        raise WaitingError(
            f"one entry cannot be in {' and '.join(sorted(currencies))}",
            code="currency_mismatch",
            wants=f"cost/{movement.here.plant}/{movement.here.item_no}",
            hint="cost the item in one currency at both plants",
        )
    legs = _netted(legs)
    counters = _counters(movement, booking, legs, facts) if legs else ()
    return Value(day, "".join(currencies), tuple(legs), counters)


def _leg(
    side: Side, item: ValuedItem, cost: StandardCost, quantity: Fraction, to: tuple[Role, str]
) -> Leg:
    exact = to_exact(cost.value(quantity, item.measures))
    role, account = to
    return Leg(side.plant, side.item_no, account, role, quantity, exact, cost.valid_from)


def _stock_account(side: Side, item: ValuedItem, facts: Facts, at: datetime) -> tuple[Role, str]:
    travels = side.status is StockStatus.IN_TRANSIT
    role = Role.GOODS_IN_TRANSIT if travels else Role.STOCK
    return role, facts.chart.account(side.plant, Purpose(role, item.classes, side.status), at)


def _netted(legs: list[Leg]) -> list[Leg]:
    """One leg an account and item; what comes and goes on the same is none."""
    found: dict[tuple[str, str, str], Leg] = {}
    for leg in legs:
        key = leg[:3]
        before = found.get(key)
        if before:
            leg = leg._replace(
                quantity=before.quantity + leg.quantity, exact=before.exact + leg.exact
            )
        found[key] = leg
    return [leg for leg in found.values() if leg.quantity or leg.exact]


def _counters(
    movement: GoodsMovement, booking: Booking, legs: list[Leg], facts: Facts
) -> tuple[Counter, ...]:
    worth: defaultdict[str, Fraction] = defaultdict(Fraction)
    for leg in legs:
        worth[leg.plant] += leg.exact
    rest: list[tuple[str, Role, Fraction]]
    if len(movement.sides) == 1:
        rest = [(plant, booking.against, -exact) for plant, exact in worth.items()]
    elif len(worth) == 1:
        rest = [(plant, Role.PRICE_VARIANCE, -exact) for plant, exact in worth.items()]
    else:
        rest = _between(*sorted(worth.items(), key=lambda one: one[1]))
    classes = facts.item(movement.here.plant, movement.here.item_no).classes
    at = movement.occurred_at.moment
    return tuple(
        Counter(plant, facts.chart.account(plant, purpose(role, classes), at), role, exact)
        for plant, role, exact in rest
        if exact != NOTHING
    )


def purpose(role: Role, classes: tuple[str, ...]) -> Purpose:
    """WIP has one account for all an order takes: it is told apart by order, not by goods."""
    return Purpose(role) if role is Role.WIP else Purpose(role, classes)


def _between(
    giver: tuple[str, Fraction], taker: tuple[str, Fraction]
) -> list[tuple[str, Role, Fraction]]:
    (source, lost), (target, gained) = giver, taker
    return [
        (source, Role.INTERPLANT, -lost),
        (target, Role.INTERPLANT, lost),
        (target, Role.PRICE_VARIANCE, -gained - lost),
    ]


def _waiting(what: str, code: str, wants: str) -> WaitingError:
    hint = "put it into the master data; what waits goes on by itself"
    return WaitingError(f"{what} is not known here", code=code, wants=wants, hint=hint)
