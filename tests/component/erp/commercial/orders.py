"""Sales and purchase orders as the poller would store them, and what they are called."""

from typing import Any

from plantmesh.erp.v1 import commercial_pb2 as pb

from services.erp.application.take_commercial import take_commercial
from services.erp.domain.keys import Trade
from services.erp.store import sql_books
from services.kit.store import Store
from tests.unit.erp.memory_commercial import paper


async def take(store: Store, trade: Trade, *numbers: str, **change: Any) -> None:
    """Orders as the poller would store them."""
    async with store.work():
        for order_no in numbers:
            said = paper(order_no=order_no, **change)
            await take_commercial(trade, sql_books(), "erp-1", said)


def sales_key(order_no: str, plant: str = "lyon") -> pb.SalesOrderKey:
    """Over gRPC."""
    return pb.SalesOrderKey(plant=plant, order_no=order_no)


def purchase_key(po_no: str, plant: str = "lyon") -> pb.PurchaseOrderKey:
    """Over gRPC."""
    return pb.PurchaseOrderKey(plant=plant, po_no=po_no)
