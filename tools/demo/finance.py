"""The controller's desk: what the platform's journal says of a plant, read over gRPC."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plantmesh.common.v1 import page_pb2
from plantmesh.erp.v1 import money_pb2 as pb
from plantmesh.wms.v1 import wms_pb2 as wms

from tools.demo.crew import order_keys

_PAGE = 200


@dataclass(frozen=True)
class Account:
    """Of a plant, by what it is for: the role in small letters."""

    no: str
    role: str
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Positive in debit."""
        return self.debit - self.credit


@dataclass(frozen=True)
class Line:
    """Of an entry; `item` where it is on a stock account."""

    account: str
    role: str
    amount: Decimal
    item: str = ""


@dataclass(frozen=True)
class Entry:
    """One of the journal; `kind` is movement, revaluation or settlement, `order` may be ""."""

    kind: str
    reference: str
    order: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Cost:
    """Of an order: what is in work, and what its settlements took from there."""

    wip: Decimal
    usage: Decimal
    scrap: Decimal
    rounding: Decimal
    settlements: int


@dataclass(frozen=True)
class Finances:
    """All of a plant. `moved` are the warehouse's references, `parked` says what waits for what."""

    entries: tuple[Entry, ...]
    accounts: tuple[Account, ...]
    costs: Mapping[str, Cost]
    moved: frozenset[str]
    parked: tuple[str, ...]

    @property
    def booked(self) -> list[str]:
        """References of movements that have their entry."""
        return [one.reference for one in self.entries if one.kind == "movement"]

    def balance(self, role: str) -> Decimal:
        """Of all accounts of a role."""
        return sum((one.balance for one in self.accounts if one.role == role), Decimal(0))


async def finances(money: Any, stock: Any, plant: str, orders: Sequence[str]) -> Finances:
    """As MoneyService (`money`) and StockService (`stock`) say; `orders` are those of interest."""
    # The warehouse first: whatever it has told by now shall be booked.
    moved = [one.reference async for one in _movements(stock, plant)]
    parked = [one async for one in _parked(money, plant)]
    entries = [_entry(one) async for one in _entries(money, plant)]
    balances = await money.GetTrialBalance(pb.GetTrialBalanceRequest(plant=plant))
    request = pb.BatchGetOrderCostsRequest(orders=order_keys(plant, tuple(orders)))
    costs = (await money.BatchGetOrderCosts(request)).costs if orders else ()
    return Finances(
        tuple(entries),
        tuple(
            Account(one.account, _role(one.role), Decimal(one.debit), Decimal(one.credit))
            for one in balances.accounts
        ),
        {one.order.order_no: _cost(one) for one in costs},
        frozenset(moved),
        tuple(f"{one.reference} waits for {one.wants}" for one in parked),
    )


def _movements(stock: Any, plant: str) -> AsyncIterator[wms.Movement]:
    return _paged(stock.ListMovements, wms.ListMovementsRequest(plant=plant), "movements")


def _entries(money: Any, plant: str) -> AsyncIterator[pb.Entry]:
    return _paged(money.ListEntries, pb.ListEntriesRequest(plant=plant), "entries")


def _parked(money: Any, plant: str) -> AsyncIterator[pb.ParkedDocument]:
    request = pb.ListParkedDocumentsRequest(plant=plant)
    return _paged(money.ListParkedDocuments, request, "documents")


async def _paged(call: Any, request: Any, part: str) -> AsyncIterator[Any]:
    more = True
    request.page.CopyFrom(page_pb2.PageRequest(size=_PAGE))
    while more:
        answer = await call(request)
        for one in getattr(answer, part):
            yield one
        more, request.page.cursor = answer.page.has_more, answer.page.end_cursor


def _entry(entry: pb.Entry) -> Entry:
    kind = pb.EntryKind.Name(entry.kind).removeprefix("ENTRY_KIND_").lower()
    lines = (
        Line(one.account, _role(one.role), Decimal(one.amount), one.item_no) for one in entry.lines
    )
    return Entry(kind, entry.reference, entry.order_no, tuple(lines))


def _cost(one: pb.OrderCost) -> Cost:
    """Amounts are empty while nothing is booked."""
    said = (one.wip, one.usage_variance, one.scrap_variance, one.rounding)
    wip, usage, scrap, rounding = (Decimal(amount or 0) for amount in said)
    return Cost(wip, usage, scrap, rounding, one.settlements)


def _role(role: pb.AccountRole.ValueType) -> str:
    return pb.AccountRole.Name(role).removeprefix("ACCOUNT_ROLE_").lower()
