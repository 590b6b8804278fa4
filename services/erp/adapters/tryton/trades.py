"""What Tryton's sales and purchases have in common.

What it says of a status is its field's name and value, such as "sale.shipment_state sent"; that
none is so yet says nothing. It numbers no lines: here they are tens in its order, and titles,
subtotals and what is no product are left out.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct, field

from services.erp.adapters.tryton.papers import Item, Unit, amount_of
from services.erp.adapters.tryton.values import Day, Moment, Numeric
from services.erp.domain.commercial_document import (
    CommercialDocument,
    CommercialLineDocument,
    PriceDocument,
)

ENDED = ("done", "cancelled")
AGREED = ("confirmed", "processing", "done")
_NOTHING = "none"


class Called(Struct):
    """A party, a place or a currency."""

    code: str | None


class Trade(Struct):
    """An order of either kind."""

    plant: str
    number: str | None
    reference: str | None
    state: str
    shipment_state: str
    invoice_state: str
    last_modified_at: Moment
    party: Called = field(name="party.")
    currency: Called = field(name="currency.")

    def words(self, model: str) -> tuple[str, ...]:
        """All that is said of where it stands."""
        said = {
            "state": self.state,
            "shipment_state": self.shipment_state,
            "invoice_state": self.invoice_state,
        }
        return tuple(f"{model}.{name} {value}" for name, value in said.items() if value != _NOTHING)


class Line(Struct):
    """A line of either kind; `moves_progress` is the share that was moved."""

    id: int
    sequence: int | None
    quantity: Decimal | None
    unit_price: Numeric | None
    moves_progress: Decimal | None
    product: Item | None = field(name="product.")
    counted_in: Unit | None = field(name="unit.")

    def ends(self, state: str) -> bool:
        """Whether nothing more of it comes or goes, in an order of that state."""
        return state in ENDED or (self.moves_progress or 0) >= 1


_L = TypeVar("_L", bound=Line)

FIELDS = (
    "reference", "state", "shipment_state", "invoice_state", "party.code", "currency.code",
    *(
        f"lines.{name}"
        for name in (
            "sequence", "quantity", "unit_price", "moves_progress", "product.code",
            "unit.symbol", "unit.digits", "unit.factor",
        )
    ),
)  # fmt: skip


def goods(order: Trade, lines: Iterable[_L]) -> Iterator[tuple[_L, CommercialLineDocument]]:
    """Lines of a product in their order, each with what both kinds say of it.

    Raises InvalidError naming the quantity that has more decimals than its unit.
    """
    found = [
        (line, line.product, line.counted_in)
        for line in sorted(lines, key=lambda line: (line.sequence or 0, line.id))
        if line.product and line.counted_in
    ]
    for place, (line, item, unit) in enumerate(found):
        yield (
            line,
            CommercialLineDocument(
                plant=order.plant,
                line_no=10 * (place + 1),
                item_no=item.code,
                amount=amount_of(line.quantity or Decimal(0), unit, f"lines[{place}].quantity"),
                unit=unit.symbol,
                price=_price(line, unit),
                closed=line.ends(order.state),
            ),
        )


def document(
    order: Trade, model: str, ordered_on: Day | None, lines: Iterable[CommercialLineDocument]
) -> CommercialDocument:
    """An order of either kind, called `model` there, with its lines."""
    modified = order.last_modified_at.value
    return CommercialDocument(
        order_no=order.number or "",
        partner=order.party.code or "",
        statuses=order.words(model),
        version=modified.isoformat(),
        as_of=modified,
        lines=tuple(lines),
        currency=order.currency.code or "",
        reference=order.reference or "",
        ordered_on=ordered_on.value if ordered_on else None,
    )


def _price(line: Line, unit: Unit) -> PriceDocument | None:
    """Of one of its unit."""
    return PriceDocument(line.unit_price.decimal, "1", unit.symbol) if line.unit_price else None
