"""Sales orders of API_SALES_ORDER_SRV, and how they read in our words.

An item with a batch is meant to be delivered from that batch.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from services.erp.adapters.odata.feed import Kind, Place
from services.erp.adapters.odata.papers import (
    Results,
    complete,
    read_number,
    read_paper,
    told,
)
from services.erp.adapters.odata.trades import CHANGED, Trade, document, place, trade
from services.erp.adapters.odata.values import read_day
from services.erp.domain.commercial_document import (
    AllocationDocument,
    CommercialDocument,
    CommercialLineDocument,
    DueDocument,
    PriceDocument,
)

_SHIP_TO = ("SH", "WE")
"""The ship-to party, in English and in German."""
_DONE = "C"


class _Due(Struct):
    ordered: str = field(name="ScheduleLineOrderQuantity")
    confirmed: str = field(name="ConfdOrderQtyByMatlAvailCheck", default="0")
    requested: str | None = field(name="RequestedDeliveryDate", default=None)
    promised: str | None = field(name="ConfirmedDeliveryDate", default=None)


class _Item(Struct):
    number: str = field(name="SalesOrderItem")
    material: str = field(name="Material")
    amount: str = field(name="RequestedQuantity")
    unit: str = field(name="RequestedQuantityUnit")
    plant: str = field(name="ProductionPlant")
    schedule: Results[_Due] = field(name="to_ScheduleLine")
    net: str = field(name="NetAmount", default="")
    of_customer: str = field(name="MaterialByCustomer", default="")
    batch: str = field(name="Batch", default="")
    rejected: str = field(name="SalesDocumentRjcnReason", default="")
    status: str = field(name="SDProcessStatus", default="")


class _Partner(Struct):
    function: str = field(name="PartnerFunction")
    customer: str = field(name="Customer", default="")


class _Order(Trade, kw_only=True):
    number: str = field(name="SalesOrder")
    partner: str = field(name="SoldToParty")
    items: Results[_Item] = field(name="to_Item")
    partners: Results[_Partner] = field(name="to_Partner")
    currency: str = field(name="TransactionCurrency", default="")
    reference: str = field(name="PurchaseOrderByCustomer", default="")
    day: str | None = field(name="SalesOrderDate", default=None)
    processed: str = field(name="OverallSDProcessStatus", default="")
    delivered: str = field(name="OverallDeliveryStatus", default="")
    rejected: str = field(name="OverallSDDocumentRejectionSts", default="")
    credit: str = field(name="TotalCreditCheckStatus", default="")
    blocked: str = field(name="DeliveryBlockReason", default="")

    def said(self) -> Mapping[str, str]:
        return {
            "OverallSDProcessStatus": self.processed,
            "OverallDeliveryStatus": self.delivered,
            "OverallSDDocumentRejectionSts": self.rejected,
            "TotalCreditCheckStatus": self.credit,
            "DeliveryBlockReason": self.blocked,
        }


def sales(plants: Mapping[str, str]) -> Kind[CommercialDocument]:
    """Sales orders; `plants` = ours by theirs."""
    return trade(
        "API_SALES_ORDER_SRV",
        "SalesOrder",
        "to_Item,to_Item/to_ScheduleLine,to_Partner",
        _place,
        lambda content: read_sales_order(content, plants),
    )


def read_sales_order(content: bytes, plants: Mapping[str, str]) -> CommercialDocument:
    """In our words; raises InvalidError naming the field."""
    order = read_paper(content, _Order)
    ship_to = next(
        (one.customer for one in complete(order.partners) if one.function in _SHIP_TO), ""
    )
    lines = (
        _line(item, plants.get(item.plant, item.plant), ship_to) for item in complete(order.items)
    )
    return document(order, "SalesOrderDate", lines)


def _line(item: _Item, plant: str, ship_to: str) -> CommercialLineDocument:
    lot = AllocationDocument(item.batch, item.amount, item.unit)
    return CommercialLineDocument(
        plant=plant,
        line_no=read_number(item.number),
        item_no=item.material,
        amount=item.amount,
        unit=item.unit,
        schedule=tuple(
            DueDocument(
                due.ordered,
                due.confirmed,
                read_day(due.requested, "RequestedDeliveryDate"),
                read_day(due.promised, "ConfirmedDeliveryDate"),
            )
            for due in complete(item.schedule)
        ),
        partner_item=item.of_customer,
        ship_to=ship_to,
        price=PriceDocument(item.net, item.amount, item.unit) if item.net else None,
        allocations=(lot,) if item.batch else (),
        closed=bool(item.rejected) or item.status == _DONE,
    )


def _place(order: msgspec.Raw) -> Place:
    found = told(order, _Standing)
    return place(found.number, found.changed, (one.plant for one in found.items.results))


class _Where(Struct):
    plant: str = field(name="ProductionPlant", default="")


class _Standing(Struct):
    number: str = field(name="SalesOrder")
    changed: str = field(name=CHANGED)
    items: Results[_Where] = field(name="to_Item")
