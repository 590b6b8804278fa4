"""The telemetry subgraph: machines as their controllers report them, and who works on an order."""

from services.kit.graph import subgraph
from services.telemetry.graph.entities import Order
from services.telemetry.graph.query import Query

SCHEMA = subgraph(Query, types=[Order])
