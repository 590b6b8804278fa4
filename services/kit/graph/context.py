"""What a resolver may reach: who asks, the service's ports, this request's loaders and budget."""

from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Any, Generic, TypedDict, TypeVar

from strawberry.dataloader import DataLoader
from strawberry.types import Info

from services.kit.access.principal import Principal
from services.kit.graph.budget import Budget
from services.kit.store import Store

Loaders = dict[Hashable, DataLoader[Any, Any]]
Books = TypeVar("Books")


class GraphContext(TypedDict):
    """A service adds its ports: `class Context(GraphContext): orders: Orders`."""

    principal: Principal
    loaders: Loaders
    budget: Budget


class BooksContext(GraphContext, Generic[Books]):
    """Of a service that keeps books: its resolvers take `Info[BooksContext[Books], None]`."""

    store: Store
    books: Books


@asynccontextmanager
async def reading(info: Info[BooksContext[Books], None]) -> AsyncIterator[Books]:
    """The books in a unit of work of their own: fields of one level read at the same time."""
    async with info.context["store"].work():
        yield info.context["books"]
