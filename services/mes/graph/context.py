"""What the resolvers of the MES subgraph are asked with."""

from strawberry.types import Info

from services.kit.graph import BooksContext
from services.mes.ports import Books

Asked = Info[BooksContext[Books], None]
