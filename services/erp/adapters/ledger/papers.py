"""The ledger's papers, and how they read in our words. Quantities are decimal strings."""

import datetime as dt
import re
from decimal import Decimal
from typing import TypeVar

import msgspec
from msgspec import Struct

from services.erp.domain.document import (
    ComponentDocument,
    LineDocument,
    OperationDocument,
    OrderDocument,
    PostingDocument,
)
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Conflict, NeedsConfirmation, Outcome, Posted, Rejected

_FIELDS = {
    "item": "item_no",
    "lot": "lot_no",
    "quantity": "quantity.value",
    "unit": "quantity.unit",
    "date": "business_date",
    "order": "order.order_no",
}
"""Theirs to ours, so that a person knows what to mend."""
_LINE = re.compile(r"(lines\[\d+\])\.(\w+)")
_Paper = TypeVar("_Paper")


class Component(Struct):
    """A line of an order's bill of material."""

    position: int
    item: str
    quantity: str
    unit: str
    backflush: bool = False
    operation: int = 0
    lot: str = ""


class Operation(Struct):
    """A step of an order's routing."""

    sequence: int
    segment: str
    work_center: str
    control: str = ""


class Order(Struct):
    """A production order."""

    plant: str
    order: str
    item: str
    quantity: str
    unit: str
    status: tuple[str, ...]
    version: int
    changed: dt.datetime
    due_start: dt.datetime
    due_end: dt.datetime
    components: tuple[Component, ...] = ()
    operations: tuple[Operation, ...] = ()
    sales_order: str = ""
    sales_line: int = 0


class Feed(Struct):
    """A page of changed orders, each as it came."""

    orders: list[msgspec.Raw]
    more: bool


class Place(Struct):
    """Where an order stands in the feed."""

    plant: str
    order: str
    changed: str


class Line(Struct):
    """A line to book."""

    item: str
    quantity: Decimal
    unit: str
    lot: str
    reason: str


class Posting(Struct, omit_defaults=True):
    """A document to make."""

    reference: str
    plant: str
    order: str
    kind: str
    date: dt.date
    lines: tuple[Line, ...] = ()
    confirm: tuple[str, ...] = ()
    reverses: str = ""


class Refusal(Struct):
    """What the ledger says when it does not book; `status` is refused, warning, stale or locked."""

    status: str = "refused"
    code: str = "rejected"
    reason: str = ""
    field: str = ""

    def outcome(self) -> Outcome:
        """In the lane's words, the field in ours."""
        if self.status == "warning":
            return NeedsConfirmation(self.reason, self.code)
        if self.status in ("stale", "locked"):
            return Conflict(self.reason)
        return Rejected(self.reason, _field(self.field), self.code)


class Booked(Struct):
    """A document: so many lines were wanted, so many booked."""

    document: str
    reference: str
    plant: str
    order: str
    date: dt.date
    wanted: int
    booked: int
    reversed_by: str = ""
    left_out: Refusal | None = None

    @property
    def whole(self) -> bool:
        """Whether every line is in it."""
        return self.booked == self.wanted

    def outcome(self) -> Outcome:
        """Posted, or why not all of it was."""
        if self.whole:
            return Posted(self.document)
        return (self.left_out or Refusal(reason="not every line was booked")).outcome()


class Search(Struct):
    """What the ledger holds: documents and open requests by reference, versions by order."""

    documents: dict[str, list[Booked]]
    tokens: dict[str, str]
    versions: list[tuple[str, str, str]]


class Request(Struct):
    """The name of a request that is answered later."""

    token: str


def read(content: bytes | msgspec.Raw, kind: type[_Paper]) -> _Paper | None:
    """A paper, None when it is something else (a page for people, say)."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError:
        return None


def read_paper(content: bytes, kind: type[_Paper]) -> _Paper:
    """An order of any kind; raises InvalidError naming the field that is no such thing."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidError(
            f"the ledger's order cannot be read: {what}",
            code="unreadable_order",
            field=where.rstrip("`"),
        ) from error


def read_order(content: bytes) -> OrderDocument:
    """Raises InvalidError naming the field that is missing or no such thing."""
    order = read_paper(content, Order)
    return OrderDocument(
        plant=order.plant,
        order_no=order.order,
        item_no=order.item,
        amount=order.quantity,
        unit=order.unit,
        statuses=order.status,
        version=str(order.version),
        as_of=order.changed,
        due_start=order.due_start,
        due_end=order.due_end,
        components=tuple(
            ComponentDocument(
                c.position, c.item, c.quantity, c.unit, c.backflush, c.operation, c.lot
            )
            for c in order.components
        ),
        operations=tuple(
            OperationDocument(o.sequence, o.segment, o.work_center, o.control)
            for o in order.operations
        ),
        sales_order=order.sales_order,
        sales_line=order.sales_line,
    )


def write_posting(posting: PostingDocument, confirmed: tuple[str, ...]) -> bytes:
    """A document to make of a posting."""
    paper = Posting(
        reference=posting.reference,
        plant=posting.plant,
        order=posting.order_no,
        kind=posting.kind,
        date=posting.business_date,
        lines=tuple(map(_write_line, posting.lines)),
        confirm=confirmed,
    )
    return msgspec.json.encode(paper)


def write_reversal(posting: PostingDocument, document: str) -> bytes:
    """A document that takes `document` back."""
    paper = Posting(
        reference=posting.reference,
        plant=posting.plant,
        order=posting.order_no,
        kind="reversal",
        date=posting.business_date,
        reverses=document,
    )
    return msgspec.json.encode(paper)


def write_taking_back(part: Booked) -> bytes:
    """A document that takes a part of a posting back."""
    paper = Posting(
        reference=f"{part.reference}~{part.document}",
        plant=part.plant,
        order=part.order,
        kind="reversal",
        date=part.date,
        reverses=part.document,
    )
    return msgspec.json.encode(paper)


def _write_line(line: LineDocument) -> Line:
    return Line(line.item_no, line.amount, line.unit, line.lot_no, line.reason)


def _field(theirs: str) -> str:
    if found := _LINE.fullmatch(theirs):
        return f"{found[1]}.{_FIELDS.get(found[2], found[2])}"
    return _FIELDS.get(theirs, theirs)
