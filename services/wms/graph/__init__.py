"""The WMS subgraph: how much is where, of an order and of a lot."""

from services.kit.graph import subgraph
from services.wms.graph.entities import Lot, Order
from services.wms.graph.query import Query

SCHEMA = subgraph(Query, types=[Order, Lot])
