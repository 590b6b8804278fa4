"""Purchases of Tryton, and how they read in our words. It keeps no promise of a supplier."""

from collections.abc import Iterator
from dataclasses import replace

from msgspec import Struct, field

from services.erp.adapters.tryton.feed import Kind
from services.erp.adapters.tryton.papers import read_paper
from services.erp.adapters.tryton.trades import FIELDS, Called, Line, Trade, document, goods
from services.erp.adapters.tryton.values import Day
from services.erp.domain.commercial_document import (
    CommercialDocument,
    CommercialLineDocument,
    DueDocument,
)


class _Line(Line):
    delivery_date: Day | None
    delivery_date_edit: bool | None
    delivery_date_store: Day | None
    supplied_as: Called | None = field(name="product_supplier.")


class _Warehouse(Struct):
    input_location: Called | None = field(name="input_location.")


class _Purchase(Trade):
    purchase_date: Day | None
    delivery_date: Day | None
    at: _Warehouse = field(name="warehouse.")
    lines: tuple[_Line, ...] = field(name="lines.")


_FIELDS = (
    *FIELDS, "purchase_date", "delivery_date", "warehouse.input_location.code",
    "lines.delivery_date", "lines.delivery_date_edit", "lines.delivery_date_store",
    "lines.product_supplier.code",
)  # fmt: skip


def read_purchase(content: bytes) -> CommercialDocument:
    """Raises InvalidError naming the field that is missing or no such thing."""
    order = read_paper(content, _Purchase, "purchase")
    return document(order, "purchase", order.purchase_date, _lines(order))


def _lines(order: _Purchase) -> Iterator[CommercialLineDocument]:
    place = order.at.input_location
    for line, said in goods(order, order.lines):
        wanted = _wanted(order, line)
        yield replace(
            said,
            schedule=(DueDocument(said.amount, requested=wanted.value if wanted else None),),
            partner_item=(line.supplied_as and line.supplied_as.code) or "",
            ship_to=(place and place.code) or "",
        )


def _wanted(order: _Purchase, line: _Line) -> Day | None:
    """What somebody asked for, else when Tryton thinks it comes."""
    asked = line.delivery_date_store if line.delivery_date_edit else None
    return asked or order.delivery_date or line.delivery_date


PURCHASES = Kind("purchase.purchase", ("number",), _FIELDS, read_purchase)
