"""The ledger's sales and purchase orders, and how they read in our words."""

import datetime as dt

from msgspec import Struct

from services.erp.adapters.ledger.papers import read_paper
from services.erp.domain.commercial_document import (
    AllocationDocument,
    CommercialDocument,
    CommercialLineDocument,
    DueDocument,
    PriceDocument,
)


class Due(Struct):
    """A part of a line: wanted at a moment, promised for a day."""

    quantity: str
    confirmed: str
    requested: dt.datetime | None
    promised: dt.date | None


class Lot(Struct):
    """So much of a lot is meant for a line."""

    lot: str
    quantity: str
    unit: str


class Line(Struct):
    """An item; `price` is for `per` of its unit, "" = it has none."""

    line: int
    item: str
    quantity: str
    unit: str
    schedule: tuple[Due, ...]
    lots: tuple[Lot, ...]
    partner_item: str
    ship_to: str
    price: str
    per: str
    closed: bool


class Trade(Struct):
    """An order of a customer, or to a supplier."""

    plant: str
    order: str
    partner: str
    status: tuple[str, ...]
    version: int
    changed: dt.datetime
    lines: tuple[Line, ...]
    currency: str
    reference: str
    ordered: dt.date | None


def read_trade(content: bytes) -> CommercialDocument:
    """Raises InvalidError naming the field that is missing or no such thing."""
    order = read_paper(content, Trade)
    return CommercialDocument(
        order_no=order.order,
        partner=order.partner,
        statuses=order.status,
        version=str(order.version),
        as_of=order.changed,
        lines=tuple(_line(order.plant, line) for line in order.lines),
        currency=order.currency,
        reference=order.reference,
        ordered_on=order.ordered,
    )


def _line(plant: str, line: Line) -> CommercialLineDocument:
    return CommercialLineDocument(
        plant=plant,
        line_no=line.line,
        item_no=line.item,
        amount=line.quantity,
        unit=line.unit,
        schedule=tuple(
            DueDocument(due.quantity, due.confirmed, due.requested, due.promised)
            for due in line.schedule
        ),
        partner_item=line.partner_item,
        ship_to=line.ship_to,
        price=PriceDocument(line.price, line.per, line.unit) if line.price else None,
        allocations=tuple(AllocationDocument(one.lot, one.quantity, one.unit) for one in line.lots),
        closed=line.closed,
    )
