"""What the floor knows: work orders, lots, genealogy."""

from tools.nouns.noun import IN_ITS_OWNER, Noun, Without

MES = (
    Noun(
        "work order",
        "mes",
        ("WorkOrderService.BatchGetWorkOrders",),
        ("WorkOrderService.ListWorkOrders",),
        ("WorkOrderCreated", "WorkOrderStateChanged", "WorkOrderOpened"),
        ("Order.execution",),
    ),
    Noun(
        "confirmation",
        "mes",
        ("WorkOrderService.BatchGetConfirmations",),
        ("WorkOrderService.ListConfirmations",),
        ("OperationConfirmed", "ConfirmationReversed"),
        ("Order.confirmations",),
    ),
    Noun(
        "uncounted difference",
        "mes",
        Without("found where it waits, in pages"),
        ("CountService.ListUncounted",),
        Without("once attributed it is told as OperationConfirmed"),
        ("Query.uncounted",),
    ),
    Noun(
        "lot",
        "mes",
        ("LotService.BatchGetLots", "LotService.BatchGetOrderLots"),
        ("LotService.ListLots",),
        ("LotProduced", "LotStatusChanged"),
        ("Lot.identity", "Order.lots", "Query.lot", "Query.lots"),
    ),
    Noun(
        "genealogy edge",
        "mes",
        ("GenealogyService.BatchGetLotHistories",),
        Without("a lot has a thousand of them at most"),
        ("LotOperated", "LotOperationVoided", "GenealogyOpened"),
        ("Lot.links", "Lot.madeOf", "Lot.usedIn"),
    ),
    Noun(
        "trace",
        "mes",
        ("GenealogyService.BatchTraceLots",),
        Without("a batch goes on by the cursor in TooMany; LotService.TraceLots streams"),
        Without("a walk along edges, which are told"),
        ("Lot.trace",),
    ),
    Noun(
        "receipt of a lot from a supplier",
        "mes",
        ("GenealogyService.BatchTraceLots",),
        ("LotService.ListLots",),
        ("LotOperated",),
        ("LotTrace.receipts", "PurchaseOrder.receipts"),
    ),
    Noun(
        "shipment of a lot to a customer",
        "mes",
        ("GenealogyService.BatchTraceLots",),
        ("LotService.ListLots",),
        ("LotOperated",),
        ("LotTrace.shipments", "SalesOrder.shipments"),
    ),
    Noun(
        "inherited hold",
        "mes",
        ("GenealogyService.BatchGetInheritedHolds",),
        Without(IN_ITS_OWNER),
        ("HoldsInherited",),
        Without("quality shows a lot's holds, those that it inherited among them: Lot.quality"),
    ),
)
