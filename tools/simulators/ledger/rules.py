"""What the ledger refuses, and where it wants to be sure first."""

from collections.abc import Iterator
from decimal import Decimal

from tools.simulators.ledger.books import Books
from tools.simulators.ledger.papers import Document, Order, Posting, Refusal


def judge(books: Books, posting: Posting, tag: str | None) -> Refusal | None:
    """Why `posting` is not booked as it is; None = it is in order."""
    order = books.orders.get((posting.plant, posting.order))
    if order is None:
        return refused("unknown_order", f"no order {posting.order} in {posting.plant}", "order")
    if tag is not None and tag != books.tag(order):
        reason = f"order {order.order} is at version {books.tag(order)}, not {tag}"
        return Refusal("stale", "stale_version", reason, "version")
    rules = (_standing(books, posting, order), *_lines(books, posting), _taken_back(books, posting))
    first = next((refusal for refusal in rules if refusal), None)
    return first or _warning(books, posting, order)


def refused(code: str, reason: str, field: str = "") -> Refusal:
    """A refusal that only a person can clear."""
    return Refusal("refused", code, reason, field)


def _standing(books: Books, posting: Posting, order: Order) -> Refusal | None:
    month = posting.date.isoformat()[:7]
    if month in books.closed_months:
        return refused("period_closed", f"the period {month} is closed", "date")
    if order.account in books.closed_accounts:
        return refused("account_closed", f"the account {order.account} is closed", "order")
    if "REL" not in order.status and posting.kind not in ("close", "reversal"):
        words = " ".join(order.status)
        return refused("order_not_released", f"order {order.order} is {words}", "order")
    return None


def _lines(books: Books, posting: Posting) -> Iterator[Refusal | None]:
    if not posting.lines and posting.kind not in ("close", "reversal"):
        yield refused("no_lines", "a movement needs a line", "lines")
    for number, line in enumerate(posting.lines):
        where = f"lines[{number}]"
        if line.item not in books.items:
            yield refused("unknown_item", f"no item {line.item}", f"{where}.item")
        elif books.items[line.item] != line.unit:
            kept = books.items[line.item]
            yield refused("wrong_unit", f"{line.item} is kept in {kept}", f"{where}.unit")
        elif line.quantity <= 0:
            yield refused("not_positive", f"{line.quantity} is not positive", f"{where}.quantity")


def _taken_back(books: Books, posting: Posting) -> Refusal | None:
    if posting.kind != "reversal":
        return None
    original: Document | None = books.documents.get(posting.reverses)
    if original is None:
        return refused("unknown_document", f"no document {posting.reverses}", "reverses")
    if posting.reverses in books.reversed_by:
        taken = books.reversed_by[posting.reverses]
        return refused(
            "already_reversed", f"{posting.reverses} was reversed by {taken}", "reverses"
        )
    return None


def _warning(books: Books, posting: Posting, order: Order) -> Refusal | None:
    """More than was ordered is booked once somebody says that it is meant."""
    if posting.kind != "yield" or "over_delivery" in posting.confirm:
        return None
    total = sum((line.quantity for line in posting.lines), Decimal(0))
    total += Decimal(books.made[posting.plant, posting.order, "yield"])
    if total <= order.quantity:
        return None
    reason = f"{total} {order.unit} are more than the {order.quantity} ordered"
    return Refusal("warning", "over_delivery", reason, "lines[0].quantity")
