"""Entities by name, for parts that lead to them and that they are made of."""

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from services.mes.graph.entities import Lot, Order, PurchaseOrder, SalesOrder

_ENTITIES = strawberry.lazy("services.mes.graph.entities")
LazyLot = Annotated["Lot", _ENTITIES]
LazyOrder = Annotated["Order", _ENTITIES]
LazyPurchaseOrder = Annotated["PurchaseOrder", _ENTITIES]
LazySalesOrder = Annotated["SalesOrder", _ENTITIES]
