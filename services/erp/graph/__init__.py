"""The ERP subgraph: what the ERP knows of an order, and how far its postings are."""

from services.erp.graph.entities import Lot
from services.erp.graph.query import Query
from services.kit.graph import subgraph

SCHEMA = subgraph(Query, types=[Lot])
