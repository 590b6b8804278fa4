"""The lines of a posting as moves that Tryton would take, or why it would not."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.erp.adapters.tryton.books import Books, LotAt
from services.erp.adapters.tryton.outcomes import rejected
from services.erp.adapters.tryton.records import Move, Product, Production, Unit
from services.erp.adapters.tryton.values import Day, Numeric, is_exact
from services.erp.domain.document import LineDocument, PostingDocument
from services.erp.domain.posting import Kind

_PRICE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Draft:
    """A move to make. `amount` is in `unit`; `price` per unit where Tryton wants one."""

    product: Product
    lot_no: str
    amount: Decimal
    unit: Unit
    from_location: int
    to_location: int
    day: Day
    price: Decimal | None

    @property
    def lot(self) -> LotAt:
        """Which one, where it has a number."""
        return self.product.id, self.lot_no

    def values(self, order: Production, lot: int | None) -> dict[str, Any]:
        """As a new record."""
        priced = self.price is not None
        return {
            "product": self.product.id,
            "lot": lot,
            "quantity": self.amount,
            "unit": self.unit.id,
            "from_location": self.from_location,
            "to_location": self.to_location,
            "effective_date": self.day,
            "company": order.company,
            "unit_price": Numeric(str(self.price)) if priced else None,
            "currency": order.paid_in.currency if priced else None,
        }

    def is_like(self, move: Move, lot: int | None) -> bool:
        """Whether a move is this one."""
        return (
            move.product == self.product.id
            and move.lot == lot
            and move.quantity == self.amount
            and move.unit == self.unit.id
            and (move.from_location, move.to_location) == (self.from_location, self.to_location)
            and move.effective_date == self.day
        )


async def drafts(books: Books, order: Production, posting: PostingDocument) -> list[Draft]:
    """One a line, in order; raises StoppedError naming the field that Tryton has nothing for."""
    products = await books.products({line.item_no for line in posting.lines})
    units = await books.units({line.unit for line in posting.lines})
    items = {product.code: product for product in products}
    twice = {one.code for one in products if items[one.code] is not one}
    found = []
    for index, line in enumerate(posting.lines):
        at = f"lines[{index}]"
        product = items.get(line.item_no)
        if product is None:
            reason = f"Tryton has no item {line.item_no} that is active"
            raise rejected(reason, f"{at}.item_no", "unknown_item")
        if product.code in twice:
            reason = f"Tryton has several items {line.item_no}"
            raise rejected(reason, f"{at}.item_no", "ambiguous_item")
        unit = _unit(line, product, units, at)
        begin, end = _way(order, posting.kind, line, at)
        priced = posting.kind in (Kind.YIELD, Kind.RETURN)
        price = _price(product, unit) if priced else None
        day = Day.of(posting.business_date)
        found.append(Draft(product, line.lot_no, line.amount, unit, begin, end, day, price))
    return found


def _unit(line: LineDocument, product: Product, units: Sequence[Unit], at: str) -> Unit:
    category = product.counted_in.category
    fit = [one for one in units if (one.symbol, one.category) == (line.unit, category)]
    if not fit:
        reason = f"{product.code} is not counted in {line.unit}"
        raise rejected(reason, f"{at}.quantity.unit", "wrong_unit")
    if not is_exact(line.amount, fit[0].digits):
        reason = f"{line.amount} {line.unit} has more than {fit[0].digits} decimals"
        raise rejected(reason, f"{at}.quantity.value", "not_exact")
    return fit[0]


def _way(order: Production, kind: Kind, line: LineDocument, at: str) -> tuple[int, int]:
    """From where to where."""
    match kind:
        case Kind.CONSUMPTION:
            return order.at.picking, order.location
        case Kind.RETURN:
            return order.location, order.at.picking
        case Kind.SCRAP:
            return order.location, _waste(order, line, at)
        case _:
            return order.location, order.at.output


def _waste(order: Production, line: LineDocument, at: str) -> int:
    """The waste location that the reason names; the first where none is given."""
    places = order.at.waste_locations
    fit = [one for one in places if not line.reason or line.reason in (one.code, one.name)]
    if not fit:
        reason = f"the warehouse has no waste location {line.reason}".rstrip()
        raise rejected(reason, f"{at}.reason", "no_waste_location")
    return fit[0].id


def _price(product: Product, unit: Unit) -> Decimal:
    """The standard cost of one `unit`: without it Tryton's ledger would stay empty."""
    cost = Decimal(product.cost_price.decimal) if product.cost_price else Decimal(0)
    return (cost * unit.ratio(product.counted_in)).quantize(_PRICE)
