"""The process subgraph: what an order waits for, and why; and where our books drift."""

from services.kit.graph import subgraph
from services.process.graph.drift import Query
from services.process.graph.order import Order

SCHEMA = subgraph(query=Query, types=[Order])
