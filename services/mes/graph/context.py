"""What the resolvers of the MES subgraph reach."""

from strawberry.types import Info

from services.kit.graph import GraphContext
from services.kit.store import Store
from services.mes.ports import Books


class Context(GraphContext):
    """The books, and the store that opens a unit of work for each batch."""

    store: Store
    books: Books


Asked = Info[Context, None]
