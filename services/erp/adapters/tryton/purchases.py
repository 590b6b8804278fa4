"""Purchases of Tryton, and how they read in our words. It keeps no promise of a supplier."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct, field

from services.erp.adapters.tryton.feed import Kind
from services.erp.adapters.tryton.papers import amount_of, read_paper
from services.erp.adapters.tryton.trades import FIELDS, Called, Line, Trade, goods, price
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
    modified = order.last_modified_at.value
    return CommercialDocument(
        order_no=order.number or "",
        partner=order.party.code or "",
        statuses=order.words("purchase"),
        version=modified.isoformat(),
        as_of=modified,
        lines=tuple(_lines(order)),
        currency=order.currency.code or "",
        reference=order.reference or "",
        ordered_on=order.purchase_date.value if order.purchase_date else None,
    )


def _lines(order: _Purchase) -> Iterator[CommercialLineDocument]:
    place = order.at.input_location
    for number, (line, item, unit) in goods(order.lines).items():
        at = f"lines[{number // 10 - 1}].quantity"
        amount = amount_of(line.quantity or Decimal(0), unit, at)
        wanted = _wanted(order, line)
        yield CommercialLineDocument(
            plant=order.plant,
            line_no=number,
            item_no=item.code,
            amount=amount,
            unit=unit.symbol,
            schedule=(DueDocument(amount, requested=wanted.value if wanted else None),),
            partner_item=(line.supplied_as and line.supplied_as.code) or "",
            ship_to=(place and place.code) or "",
            price=price(line, unit),
            closed=line.ends(order.state),
        )


def _wanted(order: _Purchase, line: _Line) -> Day | None:
    """What somebody asked for, else when Tryton thinks it comes."""
    asked = line.delivery_date_store if line.delivery_date_edit else None
    return asked or order.delivery_date or line.delivery_date


PURCHASES = Kind("purchase.purchase", ("number",), _FIELDS, read_purchase)
