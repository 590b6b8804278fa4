"""A sales or purchase order of an ERP in canonical codes, as far as it concerns a plant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.erp.application.amounts import naming, read_quantity
from services.erp.application.statuses import Say, read_status, vocabulary
from services.erp.domain.codes import CodeKind, CodeTable
from services.erp.domain.commercial import Allocation, CommercialOrder, Due, Line
from services.erp.domain.commercial_document import (
    AllocationDocument,
    CommercialDocument,
    CommercialLineDocument,
    Day,
    DueDocument,
    PriceDocument,
)
from services.erp.domain.keys import CommercialKey, Trade
from services.erp.domain.price import Price
from services.erp.domain.purchase_state import PurchaseStatus
from services.erp.domain.sales_state import SalesStatus
from services.erp.ports import Books
from services.kit.clock import Instant, business_date

_BLANK: Mapping[Trade, Any] = {Trade.SALES: SalesStatus(), Trade.PURCHASE: PurchaseStatus()}
STATUSES: Mapping[Trade, Mapping[str, Say[Any]]] = {
    trade: vocabulary(blank, f"{trade}.") for trade, blank in _BLANK.items()
}
"""The canonical codes of the code map domain `status`, such as "sales_order.lifecycle.closed"."""
_SHIP_TO: Mapping[Trade, CodeKind] = {Trade.SALES: "party", Trade.PURCHASE: "location"}


async def map_commercial(
    books: Books,
    trade: Trade,
    system: str,
    document: CommercialDocument,
    plant: str,
    codes: CodeTable | None = None,
) -> CommercialOrder:
    """By the codes that hold, unless others are given.

    Raises InvalidError on an unmapped code, or more allocated than a line is for.
    """
    codes = codes or await books.codes.table(system, plant, document.as_of)
    zone = await books.plants.zone(plant) if _speaks_of_moments(document) else "UTC"
    mapper = _Mapper(trade, codes, zone)
    return CommercialOrder(
        key=CommercialKey(trade, plant, document.order_no),
        system=system,
        partner=codes.resolve("party", document.partner, field="partner"),
        status=read_status(_BLANK[trade], document.statuses, STATUSES[trade], codes),
        version=document.version,
        as_of=document.as_of,
        lines=tuple(
            mapper.line(line, f"lines[{index}]")
            for index, line in enumerate(document.lines)
            if line.plant == plant
        ),
        currency=document.currency,
        reference=document.reference,
        ordered_on=mapper.day(document.ordered_on, "ordered_on"),
    )


@dataclass(frozen=True, slots=True)
class _Mapper:
    """What the parts of one document mean; `at` is where each stands in it."""

    trade: Trade
    codes: CodeTable
    zone: str

    def line(self, said: CommercialLineDocument, at: str) -> Line:
        quantity = read_quantity(said.amount, said.unit, self.codes, f"{at}.quantity")
        schedule = tuple(
            self._due(due, said.unit, f"{at}.schedule[{n}]") for n, due in enumerate(said.schedule)
        )
        ship_to = said.ship_to and self.codes.resolve(
            _SHIP_TO[self.trade], said.ship_to, field=f"{at}.ship_to"
        )
        price = self._price(said.price, f"{at}.price") if said.price else None
        allocations = tuple(
            self._allocation(one, f"{at}.allocations[{n}]")
            for n, one in enumerate(said.allocations)
        )
        with naming(at):
            return Line(
                said.line_no,
                said.item_no,
                quantity,
                schedule,
                said.partner_item,
                ship_to,
                price,
                allocations,
                said.closed,
            )

    def day(self, said: Day, at: str) -> date | None:
        """A moment is of the day that it is at the plant."""
        if not isinstance(said, datetime):
            return said
        with naming(at):
            return business_date(Instant.of(said), self.zone)

    def _due(self, said: DueDocument, unit: str, at: str) -> Due:
        return Due(
            read_quantity(said.ordered, unit, self.codes, f"{at}.ordered"),
            read_quantity(said.confirmed, unit, self.codes, f"{at}.confirmed"),
            self.day(said.requested, f"{at}.requested"),
            self.day(said.promised, f"{at}.promised"),
        )

    def _price(self, said: PriceDocument, at: str) -> Price:
        per = read_quantity(said.per, said.unit, self.codes, f"{at}.per")
        with naming(at):
            return Price.parse(said.amount, per)

    def _allocation(self, said: AllocationDocument, at: str) -> Allocation:
        quantity = read_quantity(said.amount, said.unit, self.codes, f"{at}.quantity")
        with naming(at):
            return Allocation(said.lot_no, quantity)


def _speaks_of_moments(document: CommercialDocument) -> bool:
    days = [document.ordered_on]
    for line in document.lines:
        days += [day for due in line.schedule for day in (due.requested, due.promised)]
    return any(isinstance(day, datetime) for day in days)
