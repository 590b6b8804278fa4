"""Stock in money: on every stock account quantity x newest cost, to half a minor unit, always."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from services.erp.domain.accounts import Purpose
from services.erp.domain.booking import Role
from services.erp.domain.entry import NOTHING, Entry, EntryKey, EntryKind, Line
from services.erp.domain.goods import GoodsMovement
from services.erp.domain.keys import OrderKey
from services.erp.domain.money import Money, to_exact
from services.erp.domain.valuation import Facts, Value, purpose


class StockKey(NamedTuple):
    """An item's part of a stock account."""

    plant: str
    item_no: str
    account: str
    currency: str


class StockValue(NamedTuple):
    """How much there is (base unit), what it is worth, and the minor units booked for it.

    `cost_from` is the first day of the newest cost that was met.
    """

    quantity: Fraction = NOTHING
    exact: Fraction = NOTHING
    posted: int = 0
    cost_from: date = date.min

    def plus(self, line: Line, cost_from: date) -> "StockValue":
        """With another line on it."""
        return StockValue(
            self.quantity + line.quantity,
            self.exact + line.exact,
            self.posted + line.amount.minor,
            max(self.cost_from, cost_from),
        )


@dataclass
class Shelf:
    """Stock values while a batch is booked; what is not in `values` is nothing."""

    facts: Facts
    values: dict[StockKey, StockValue] = field(default_factory=dict)

    def book(self, movement: GoodsMovement, worth: Value) -> list[Entry]:
        """The movement's entry, and what makes stock follow its cost again.

        Raises WaitingError where an account for what is left over is missing; nothing is changed.
        """
        draft = dict[StockKey, StockValue]()
        lines: list[Line] = []
        for leg in worth.legs:
            key = StockKey(leg.plant, leg.item_no, leg.account, worth.currency)
            before = self.values.get(key, StockValue())
            amount = _step(before, before.exact + leg.exact, worth.currency)
            line = Line(
                leg.plant, leg.account, leg.role, amount, leg.exact, leg.item_no, leg.quantity
            )
            draft[key] = before.plus(line, leg.cost_from)
            lines.append(line)
        for plant, account, role, exact in worth.counters:
            lines.append(Line(plant, account, role, Money.rounded(exact, worth.currency), exact))
        entry = Entry(
            _key(movement, EntryKind.MOVEMENT),
            worth.day,
            (*lines, *self._rounding(lines, movement.occurred_at.moment)),
            OrderKey(movement.key.plant, movement.order_no) if movement.order_no else None,
            text=movement.type,
        )
        return [entry, *self._follow_cost(movement, worth.day, draft)]

    def take_back(self, movement: GoodsMovement, original: Entry) -> list[Entry]:
        """The exact inverse of `original`, and what makes stock follow its cost again."""
        day = self.facts.day(movement.key.plant, movement.occurred_at)
        entry = original.inverse(_key(movement, EntryKind.MOVEMENT), day, movement.type)
        draft = dict[StockKey, StockValue]()
        for line in entry.lines:
            if line.item_no:
                key = StockKey(line.plant, line.item_no, line.account, entry.currency)
                draft[key] = self.values.get(key, StockValue()).plus(line, date.min)
        return [entry, *self._follow_cost(movement, day, draft)]

    def _follow_cost(
        self, movement: GoodsMovement, day: date, draft: dict[StockKey, StockValue]
    ) -> list[Entry]:
        lines: list[Line] = []
        for key, now in draft.items():
            target = self._worth(key, now)
            amount = _step(now, target, key.currency)
            if not amount:
                continue
            at, change = movement.occurred_at.moment, target - now.exact
            item = self.facts.item(key.plant, key.item_no)
            stock = Line(key.plant, key.account, Role.STOCK, amount, change, key.item_no)
            wanted = purpose(Role.PRICE_VARIANCE, item.classes)
            account = self.facts.chart.account(key.plant, wanted, at)
            lines += [stock, Line(key.plant, account, Role.PRICE_VARIANCE, -amount, -change)]
            draft[key] = now.plus(stock, date.min)
        found = Entry(_key(movement, EntryKind.REVALUATION), day, tuple(lines), text="revaluation")
        self.values |= draft
        return [found] if lines else []

    def _worth(self, key: StockKey, now: StockValue) -> Fraction:
        item = self.facts.items.get((key.plant, key.item_no))
        for cost in item.costs if item else ():
            if cost.valid_from == now.cost_from and cost.currency == key.currency and item:
                return to_exact(cost.value(now.quantity, item.measures))
        return now.exact

    def _rounding(self, lines: Iterable[Line], at: datetime) -> list[Line]:
        """What whole minor units leave over in each plant, on an account of its own."""
        left: dict[str, Money] = {}
        for line in lines:
            known = left.get(line.plant)
            left[line.plant] = known + line.amount if known else line.amount
        return [
            Line(
                plant,
                self.facts.chart.account(plant, Purpose(Role.ROUNDING), at),
                Role.ROUNDING,
                -amount,
                NOTHING,
            )
            for plant, amount in left.items()
            if amount
        ]


def _step(before: StockValue, exact: Fraction, currency: str) -> Money:
    return Money.rounded(exact, currency) - Money(before.posted, currency)


def _key(movement: GoodsMovement, kind: EntryKind) -> EntryKey:
    return EntryKey(movement.key.plant, kind, movement.key.reference)
