"""What the resolvers of the reference subgraph are asked with."""

from strawberry.types import Info

from services.kit.graph import BooksContext
from services.reference.ports import Books

Asked = Info[BooksContext[Books], None]
