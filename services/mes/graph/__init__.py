"""The MES subgraph: orders in execution, lots, what they were made of and whom they went to."""

from services.kit.graph import subgraph
from services.mes.graph.entities import PurchaseOrder, SalesOrder
from services.mes.graph.query import Query

SCHEMA = subgraph(Query, types=[PurchaseOrder, SalesOrder])
