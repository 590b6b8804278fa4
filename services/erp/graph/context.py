"""What the resolvers of the ERP subgraph reach."""

from strawberry.types import Info

from services.erp.ports import Books
from services.kit.graph import GraphContext
from services.kit.store import Store


class Context(GraphContext):
    """The books, and the store that opens a unit of work for each batch."""

    store: Store
    books: Books


Asked = Info[Context, None]
