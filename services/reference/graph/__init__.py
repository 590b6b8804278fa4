"""The reference subgraph: items, plants, parties, bills and the master data of machines."""

from services.kit.graph import subgraph
from services.reference.graph.equipment import Equipment
from services.reference.graph.query import Query

SCHEMA = subgraph(Query, types=[Equipment])
