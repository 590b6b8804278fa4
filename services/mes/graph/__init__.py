"""The MES subgraph: orders in execution, lots and what they were made of."""

from services.kit.graph import subgraph
from services.mes.graph.query import Query

SCHEMA = subgraph(Query)
