"""The process subgraph: what an order waits for, and why. It lists nothing: orders are erp's."""

from services.kit.graph import subgraph
from services.process.graph.order import Order

SCHEMA = subgraph(types=[Order])
