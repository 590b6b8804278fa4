"""A closed order keeps nothing in WIP: what is left becomes variance, split as far as it is known.

Rounding is what whole minor units made of the order's value, scrap what was reported as scrapped at
standard cost, and usage the rest: more or less material than standard, and everything else that the
standard cost of the output holds and nobody charged (labour, overhead).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from services.erp.domain.accounts import Purpose
from services.erp.domain.booking import Role
from services.erp.domain.cost import newest
from services.erp.domain.entry import NOTHING, Entry, EntryKey, EntryKind, Line
from services.erp.domain.keys import OrderKey
from services.erp.domain.money import Money, to_exact
from services.erp.domain.valuation import Facts
from services.kit.clock import Instant
from services.kit.quantity import Quantity

VARIANCES = (Role.USAGE_VARIANCE, Role.SCRAP_VARIANCE, Role.ROUNDING)
"""Where a settlement takes it."""


class Account(NamedTuple):
    """An account of an order, by what it is for."""

    role: Role
    account: str
    currency: str


@dataclass(frozen=True, slots=True)
class OrderValue:
    """What the journal has of an order: WIP by account, and variances of settlements alone.

    Minor units, and exact values. `settlements` counts those that were booked.
    """

    accounts: Mapping[Account, tuple[int, Fraction]] = field(default_factory=dict)
    settlements: int = 0

    def total(self, *roles: Role) -> int:
        """In minor units."""
        return sum(minor for at, (minor, _) in self.accounts.items() if at.role in roles)

    def text(self, *roles: Role) -> str:
        """The same as a decimal."""
        return Money(self.total(*roles), self.currency).text

    @property
    def currency(self) -> str:
        """ "" while nothing is booked; an order has one."""
        return next((at.currency for at in self.accounts), "")

    def with_entry(self, entry: Entry) -> "OrderValue":
        """After it."""
        settles = entry.key.kind is EntryKind.SETTLEMENT
        accounts = dict(self.accounts)
        for line in entry.lines:
            if line.role is Role.WIP or settles:
                key = Account(line.role, line.account, line.amount.currency)
                minor, exact = accounts.get(key, (0, NOTHING))
                accounts[key] = minor + line.amount.minor, exact + line.exact
        return OrderValue(accounts, self.settlements + settles)


class Scrapped(NamedTuple):
    """What the floor reported as scrap of an order."""

    item_no: str
    quantity: Quantity


def settle(
    order: OrderKey, now: OrderValue, scrapped: Sequence[Scrapped], facts: Facts, at: Instant
) -> Entry | None:
    """What empties WIP; None where it is empty. Raises WaitingError on an unmapped account."""
    wip = {key: held for key, held in now.accounts.items() if key.role is Role.WIP and any(held)}
    if not wip:
        return None
    lines = [
        Line(order.plant, key.account, key.role, Money(-minor, key.currency), -exact)
        for key, (minor, exact) in wip.items()
    ]
    exact = sum((held[1] for held in wip.values()), NOTHING)
    booked = Money(sum(minor for minor, _ in wip.values()), now.currency)
    day = facts.day(order.plant, at)
    scrap = _scrap(order, now, scrapped, facts, day)
    usage = _Share.up_to(now, Role.USAGE_VARIANCE, exact - scrap.exact)
    parts = (
        (Role.SCRAP_VARIANCE, scrap.amount, scrap.exact),
        (Role.USAGE_VARIANCE, usage.amount, usage.exact),
        (Role.ROUNDING, booked - usage.amount - scrap.amount, NOTHING),
    )
    for role, amount, share in parts:
        if amount or share:
            account = facts.chart.account(order.plant, Purpose(role), at.moment)
            lines.append(Line(order.plant, account, role, amount, share))
    key = EntryKey(order.plant, EntryKind.SETTLEMENT, f"{order.order_no}/{now.settlements + 1}")
    return Entry(key, day, tuple(lines), order, text="settlement")


class _Share(NamedTuple):
    amount: Money
    exact: Fraction

    @classmethod
    def up_to(cls, now: OrderValue, role: Role, more: Fraction) -> "_Share":
        """So much more on a role; rounded with all that earlier settlements put there."""
        held = [each for key, each in now.accounts.items() if key.role is role]
        total = sum((exact for _, exact in held), more)
        settled = Money(sum(minor for minor, _ in held), now.currency)
        return cls(Money.rounded(total, now.currency) - settled, more)


def _scrap(
    order: OrderKey, now: OrderValue, scrapped: Sequence[Scrapped], facts: Facts, day: date
) -> _Share:
    """What is not settled yet; scrap of an item that has no cost stays with usage."""
    worth = NOTHING
    for item_no, quantity in scrapped:
        item = facts.items.get((order.plant, item_no))
        cost = newest(one for one in item.costs if one.valid_from <= day) if item else None
        if item and cost and cost.currency == now.currency:
            worth += to_exact(cost.value(item.base(quantity), item.measures))
    held = [exact for key, (_, exact) in now.accounts.items() if key.role is Role.SCRAP_VARIANCE]
    return _Share.up_to(now, Role.SCRAP_VARIANCE, worth - sum(held, NOTHING))
