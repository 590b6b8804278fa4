"""What S/4HANA's sales and purchase orders have beside mock-sap's: change stamps, schedule lines,
batches, suppliers' part numbers; and numbers that whoever enters an order may choose.

Names are those of API_SALES_ORDER_SRV and API_PURCHASEORDER_PROCESS_SRV. The stamp is a moment
(Edm.DateTimeOffset) there; mock-sap knows Edm.DateTime only, and reads literals of both.
"""

from mocksap.schema import DEC, DT, ENTITY_TYPES, SERVICES, EntityType, Nav, S

_CHANGED = "LastChangeDateTime"
_PROPERTIES = {
    "A_SalesOrder": [DT(_CHANGED), S("DeliveryBlockReason", max_length=2)],
    "A_SalesOrderItem": [
        S("ProductionPlant", max_length=4),
        S("Batch", max_length=10),
        S("SalesDocumentRjcnReason", max_length=2),
    ],
    "A_PurchaseOrder": [DT(_CHANGED), S("CorrespncExternalReference", max_length=12)],
    "A_PurchaseOrderItem": [
        S("SupplierMaterialNumber", max_length=35),
        S("OrderPriceUnit", max_length=3),
        S("PurchasingDocumentDeletionCode", max_length=1),
    ],
}
_CHOSEN = (
    ("A_SalesOrder", "SalesOrder"),
    ("A_SalesOrderItem", "SalesOrderItem"),
    ("A_PurchaseOrder", "PurchaseOrder"),
    ("A_PurchaseOrderItem", "PurchaseOrderItem"),
)
_SALES_LINE = EntityType(
    "A_SalesOrderScheduleLine",
    [
        S("SalesOrder", key=True, nullable=False, max_length=10),
        S("SalesOrderItem", key=True, nullable=False, max_length=6),
        S("ScheduleLine", key=True, nullable=False, max_length=4),
        DT("RequestedDeliveryDate"),
        DT("ConfirmedDeliveryDate"),
        DEC("ScheduleLineOrderQuantity"),
        DEC("ConfdOrderQtyByMatlAvailCheck"),
        S("OrderQuantityUnit", max_length=3),
    ],
)
_PURCHASE_LINE = EntityType(
    "A_PurchaseOrderScheduleLine",
    [
        S("PurchasingDocument", key=True, nullable=False, max_length=10),
        S("PurchasingDocumentItem", key=True, nullable=False, max_length=5),
        S("ScheduleLine", key=True, nullable=False, max_length=4),
        DT("ScheduleLineDeliveryDate"),
        DEC("ScheduleLineOrderQuantity"),
        S("PurchaseOrderQuantityUnit", max_length=3),
    ],
)
_LINES = (
    (
        "API_SALES_ORDER_SRV",
        "A_SalesOrderItem",
        _SALES_LINE,
        [("SalesOrder", "SalesOrder"), ("SalesOrderItem", "SalesOrderItem")],
    ),
    (
        "API_PURCHASEORDER_PROCESS_SRV",
        "A_PurchaseOrderItem",
        _PURCHASE_LINE,
        [("PurchaseOrder", "PurchasingDocument"), ("PurchaseOrderItem", "PurchasingDocumentItem")],
    ),
)


def join():
    """Before the mock opens its database: its tables follow from these types."""
    for name, more in _PROPERTIES.items():
        ENTITY_TYPES[name].props.extend(more)
    for name, number in _CHOSEN:
        ENTITY_TYPES[name].prop(number).creatable = True
    for service, item, line, key in _LINES:
        ENTITY_TYPES[line.name] = line
        SERVICES[service].sets[line.name] = line.name
        ENTITY_TYPES[item].navs.append(Nav("to_ScheduleLine", line.name, "*", key))
