"""What the resolvers of the quality subgraph are asked with."""

from strawberry.types import Info

from services.kit.graph import BooksContext
from services.quality.ports import Books

Asked = Info[BooksContext[Books], None]
