"""What lies where, and what is done with it."""

from tools.nouns.noun import Noun

WMS = (
    Noun(
        "stock balance",
        "wms",
        (
            "StockService.BatchGetLotBalances",
            "StockService.BatchGetOrderBalances",
            "StockService.BatchGetItemBalances",
        ),
        ("StockService.ListBalances",),
        ("StockMoved",),
        ("Lot.balances", "Order.stock", "Query.stock"),
    ),
    Noun(
        "movement",
        "wms",
        ("StockService.BatchGetMovements",),
        ("StockService.ListMovements",),
        ("StockMoved", "StockArrived"),
        ("Query.movements",),
    ),
    Noun(
        "reservation",
        "wms",
        ("ReservationService.BatchGetReservations",),
        ("ReservationService.ListReservations",),
        ("ReservationChanged",),
        ("Order.reservations", "Query.reservations"),
    ),
    Noun(
        "handling unit",
        "wms",
        ("HandlingUnitService.BatchGetHandlingUnits",),
        ("HandlingUnitService.ListHandlingUnits",),
        ("HandlingUnitChanged",),
        ("Query.handlingUnit", "Query.handlingUnits", "StockBalance.packedIn"),
    ),
    Noun(
        "stock count",
        "wms",
        ("StockCountService.BatchGetStockCounts",),
        ("StockCountService.ListStockCounts",),
        ("StockCountChanged",),
        ("Query.stockCounts",),
    ),
)
