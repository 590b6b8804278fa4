"""What the resolvers of the WMS subgraph are asked with."""

from strawberry.types import Info

from services.kit.graph import BooksContext
from services.wms.ports import Books

Asked = Info[BooksContext[Books], None]
