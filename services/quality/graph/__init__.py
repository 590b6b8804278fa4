"""The quality subgraph: inspections, dispositions and holds, of orders and of lots."""

from services.kit.graph import subgraph
from services.quality.graph.entities import Lot, Order
from services.quality.graph.query import Query

SCHEMA = subgraph(Query, types=[Order, Lot])
