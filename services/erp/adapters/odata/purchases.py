"""Purchase orders of API_PURCHASEORDER_PROCESS_SRV, and how they read in our words.

Of its items is said whether all, some or none are "IsCompletelyDelivered".
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
    CommercialDocument,
    CommercialLineDocument,
    DueDocument,
    PriceDocument,
)

_HOW_MANY = {
    frozenset({True}): "ALL",
    frozenset({False}): "NONE",
    frozenset({True, False}): "SOME",
    frozenset(): "",
}


class _Due(Struct):
    ordered: str = field(name="ScheduleLineOrderQuantity")
    requested: str | None = field(name="ScheduleLineDeliveryDate", default=None)


class _Item(Struct):
    number: str = field(name="PurchaseOrderItem")
    material: str = field(name="Material")
    amount: str = field(name="OrderQuantity")
    unit: str = field(name="PurchaseOrderQuantityUnit")
    plant: str = field(name="Plant")
    schedule: Results[_Due] = field(name="to_ScheduleLine")
    location: str = field(name="StorageLocation", default="")
    of_supplier: str = field(name="SupplierMaterialNumber", default="")
    price: str = field(name="NetPriceAmount", default="")
    per: str = field(name="NetPriceQuantity", default="")
    price_unit: str = field(name="OrderPriceUnit", default="")
    deleted: str = field(name="PurchasingDocumentDeletionCode", default="")
    delivered: bool = field(name="IsCompletelyDelivered", default=False)


class _Order(Trade, kw_only=True):
    number: str = field(name="PurchaseOrder")
    partner: str = field(name="Supplier")
    items: Results[_Item] = field(name="to_PurchaseOrderItem")
    currency: str = field(name="DocumentCurrency", default="")
    reference: str = field(name="CorrespncExternalReference", default="")
    day: str | None = field(name="PurchaseOrderDate", default=None)
    processed: str = field(name="PurchasingProcessingStatus", default="")
    deleted: str = field(name="PurchasingDocumentDeletionCode", default="")

    def said(self) -> Mapping[str, str]:
        done = {item.delivered for item in self.items.results if not item.deleted}
        return {
            "PurchasingProcessingStatus": self.processed,
            "PurchasingDocumentDeletionCode": self.deleted,
            "IsCompletelyDelivered": _HOW_MANY[frozenset(done)],
        }


def purchases(plants: Mapping[str, str]) -> Kind[CommercialDocument]:
    """Purchase orders; `plants` = ours by theirs."""
    return trade(
        "API_PURCHASEORDER_PROCESS_SRV",
        "PurchaseOrder",
        "to_PurchaseOrderItem,to_PurchaseOrderItem/to_ScheduleLine",
        _place,
        lambda content: read_purchase_order(content, plants),
    )


def read_purchase_order(content: bytes, plants: Mapping[str, str]) -> CommercialDocument:
    """In our words; raises InvalidError naming the field."""
    order = read_paper(content, _Order)
    lines = (_line(item, plants.get(item.plant, item.plant)) for item in complete(order.items))
    return document(order, "PurchaseOrderDate", lines)


def _line(item: _Item, plant: str) -> CommercialLineDocument:
    price = PriceDocument(item.price, item.per, item.price_unit or item.unit)
    return CommercialLineDocument(
        plant=plant,
        line_no=read_number(item.number),
        item_no=item.material,
        amount=item.amount,
        unit=item.unit,
        schedule=tuple(
            DueDocument(due.ordered, requested=read_day(due.requested, "ScheduleLineDeliveryDate"))
            for due in complete(item.schedule)
        ),
        partner_item=item.of_supplier,
        ship_to=item.location,
        price=price if item.price and item.per else None,
        closed=item.delivered or bool(item.deleted),
    )


def _place(order: msgspec.Raw) -> Place:
    found = told(order, _Standing)
    return place(found.number, found.changed, (one.plant for one in found.items.results))


class _Where(Struct):
    plant: str = field(name="Plant", default="")


class _Standing(Struct):
    number: str = field(name="PurchaseOrder")
    changed: str = field(name=CHANGED)
    items: Results[_Where] = field(name="to_PurchaseOrderItem")
