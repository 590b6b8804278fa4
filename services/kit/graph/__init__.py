"""Subgraphs: batch resolvers, shared types, and the app that serves them."""

from services.kit.graph.app import GraphApp
from services.kit.graph.batch import batch_field, batch_reference
from services.kit.graph.context import BooksContext, GraphContext, reading
from services.kit.graph.entity import Entity
from services.kit.graph.pages import Connection, read_page
from services.kit.graph.quantity import Quantity
from services.kit.graph.references import referenced
from services.kit.graph.schema import sdl, subgraph
from services.kit.graph.server import GraphServer

__all__ = [
    "BooksContext",
    "Connection",
    "Entity",
    "GraphApp",
    "GraphContext",
    "GraphServer",
    "Quantity",
    "batch_field",
    "batch_reference",
    "read_page",
    "reading",
    "referenced",
    "sdl",
    "subgraph",
]
