"""What the resolvers of the ERP subgraph are asked with."""

from strawberry.types import Info

from services.erp.ports import Books
from services.kit.graph import BooksContext

Asked = Info[BooksContext[Books], None]
