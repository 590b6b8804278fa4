"""The books: what follows from the journal. Nothing is kept that a replay would not bring back."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from tools.simulators.ledger.papers import (
    SIGN,
    Account,
    Document,
    Item,
    Order,
    Paper,
    Period,
    Refusal,
    Request,
    Trade,
)

Key = tuple[str, str]
Stock = tuple[str, str, str, str]
"""Plant, item, lot, unit."""


@dataclass
class Books:
    """Orders, documents and stock; changed by apply() only."""

    items: dict[str, str] = field(default_factory=dict)
    closed_months: set[str] = field(default_factory=set)
    closed_accounts: set[str] = field(default_factory=set)
    orders: dict[Key, Order] = field(default_factory=dict)
    trades: dict[tuple[str, str, str], Trade] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    by_reference: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    reversed_by: dict[str, str] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    results: dict[str, Document | Refusal] = field(default_factory=dict)
    stock: Counter[Stock] = field(default_factory=Counter)
    made: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Per plant, order and kind."""
    postings: Counter[Key] = field(default_factory=Counter)

    def tag(self, order: Order) -> str:
        """Moves with each change of the order and each posting: what If-Match is compared with."""
        return f"{order.version}.{self.postings[order.key]}"

    def apply(self, paper: Paper) -> None:
        """Take one paper of the journal into account."""
        match paper:
            case Item(item, unit):
                self.items[item] = unit
            case Period(month, state):
                _put(self.closed_months, month, state)
            case Account(account, state):
                _put(self.closed_accounts, account, state)
            case Order() | Trade():
                self._keep(paper)
            case Request(token):
                self.requests[token] = paper
            case Refusal(token=token):
                self.results[token] = paper
            case Document():
                self._book(paper)

    def balance(self, plant: str) -> list[dict[str, str]]:
        """Stock by item and lot; what is zero is left out."""
        return [
            {"item": item, "lot": lot, "unit": unit, "quantity": str(quantity)}
            for (where, item, lot, unit), quantity in sorted(self.stock.items())
            if where == plant and quantity
        ]

    def deliveries(self, plant: str) -> list[dict[str, str]]:
        """What each order that is not closed has yielded."""
        return [
            {
                "order": order.order,
                "item": order.item,
                "unit": order.unit,
                "quantity": str(self.made[plant, order.order, "yield"]),
            }
            for order in self.orders.values()
            if order.plant == plant and "CLSD" not in order.status
        ]

    def under(self, reference: str) -> list[Document]:
        """Documents that carry a reference, oldest first; also those that were taken back."""
        return [self.documents[number] for number in self.by_reference.get(reference, ())]

    def under_way(self, reference: str) -> str:
        """The token of a request without a result; "" if there is none."""
        for token, request in self.requests.items():
            if token not in self.results and request.posting.reference == reference:
                return token
        return ""

    def _keep(self, order: Order | Trade) -> None:
        if isinstance(order, Trade):
            self.trades[order.key] = order
        else:
            self.orders[order.key] = order

    def _book(self, document: Document) -> None:
        posting = document.posting
        self.documents[document.number] = document
        self.by_reference[posting.reference].append(document.number)
        if document.token:
            self.results[document.token] = document
        kind, sign = posting.kind, 1
        if posting.kind == "reversal":
            self.reversed_by[posting.reverses] = document.number
            kind, sign = self.documents[posting.reverses].posting.kind, -1
        for line in posting.lines:
            place = (posting.plant, line.item, line.lot, line.unit)
            self.stock[place] += sign * SIGN[kind] * line.quantity  # type: ignore[assignment]
            self.made[posting.plant, posting.order, kind] += sign * line.quantity  # type: ignore[assignment]
        self._progress(document, closed=sign > 0 and kind == "close")

    def _progress(self, document: Document, *, closed: bool) -> None:
        """A posting changes the order itself only when its words say something new."""
        plant, number = document.posting.plant, document.posting.order
        order = self.orders[plant, number]
        self.postings[order.key] += 1
        done = Decimal(self.made[plant, number, "yield"])
        words = [word for word in order.status if word not in ("PDLV", "DLV")]
        if done > 0:
            words.append("DLV" if done >= order.quantity else "PDLV")
        if closed:
            words = ["CLSD", *(word for word in words if word != "REL")]
        if order.status != tuple(words):
            self.orders[plant, number] = msgspec.structs.replace(
                order, status=tuple(words), version=order.version + 1, changed=document.at
            )


def _put(closed: set[str], name: str, state: str) -> None:
    (closed.add if state == "closed" else closed.discard)(name)
